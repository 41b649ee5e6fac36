/// How often a classifier gives generated images the class that they were asked to be.
package struct ClassAccuracy: Sendable, Equatable {
  /// The share of all images, with its error by groups of consecutive images.
  package let share: Estimate
  /// The share of each class; `nil` for a class that nobody asked for.
  package let perClass: [Estimate?]

  /// Compares classes.
  ///
  /// - Parameters:
  ///   - found: What the classifier found, image by image.
  ///   - asked: What was asked for.
  ///   - classes: Number of classes.
  package init(found: [Int], asked: [Int], classes: Int) {
    precondition(found.count == asked.count, "\(found.count) classes found of \(asked.count) asked for")
    precondition(asked.allSatisfy { $0 >= 0 && $0 < classes }, "a class beyond \(classes)")
    let hits = zip(found, asked).map { $0 == $1 ? 1.0 : 0 }
    share = .mean(ofSamples: hits)
    var ofClass = [[Double]](repeating: [], count: classes)
    for (hit, label) in zip(hits, asked) { ofClass[label].append(hit) }
    perClass = ofClass.map { $0.isEmpty ? nil : .mean(ofSamples: $0) }
  }
}

extension Estimate {
  /// The mean of a number for each sample, with its error by leaving out groups of consecutive samples.
  ///
  /// - Parameters:
  ///   - samples: The numbers; of none the mean is 0.
  ///   - scale: Factor of the result.
  ///   - groups: How many groups there are, if there are as many samples.
  /// - Returns: The mean; it has no bias to correct.
  package static func mean(ofSamples samples: [Double], scale: Double = 1, groups: Int = Groups.usual) -> Estimate {
    LeaveOneOut(meanOf: samples, scale: scale, groups: groups).estimate
  }
}

extension LeaveOneOut {
  /// The mean of a number for each sample, and without each group of consecutive samples.
  ///
  /// - Parameters:
  ///   - samples: The numbers; of none the mean is 0.
  ///   - scale: Factor of the result.
  ///   - groups: How many groups there are, if there are as many samples.
  package init(meanOf samples: [Double], scale: Double = 1, groups: Int = Groups.usual) {
    let cut = Groups(of: samples.count, into: groups)
    let sums = cut.ranges.map { samples[$0].reduce(0, +) }
    let total = sums.reduce(0, +)
    let count = Double(samples.count)
    self.init(
      samples.isEmpty ? 0 : scale * total / count,
      sides: [
        sums.count < 2
          ? [] : zip(sums, cut.ranges).map { scale * (total - $0) / (count - Double($1.count)) }
      ], isBiased: false)
  }
}

/// In which order classes are shown: those that collapsed first.
package enum ClassOrder {
  /// Classes from the worst score to the best; those without a score come first, equal ones by number.
  ///
  /// - Parameters:
  ///   - scores: One for each class.
  ///   - higherIsBetter: Whether a higher score is better, as accuracy and recall are and distances are not.
  /// - Returns: The classes.
  package static func worstFirst(_ scores: [Estimate?], higherIsBetter: Bool) -> [Int] {
    let badness = scores.map { score -> Double in
      guard let value = score?.best, !value.isNaN else { return .infinity }
      return higherIsBetter ? -value : value
    }
    return badness.indices.sorted { badness[$0] == badness[$1] ? $0 < $1 : badness[$0] > badness[$1] }
  }
}
