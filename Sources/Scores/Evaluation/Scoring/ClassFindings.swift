/// What is found of each class, score by score.
struct ClassFindings {
  let count: Int
  var frechet: [Double?]
  var accuracy: [Double?]
  var recall: [Double?]

  /// Nothing is known of `count` classes.
  init(count: Int) {
    self.count = count
    frechet = [Double?](repeating: nil, count: count)
    (accuracy, recall) = (frechet, frechet)
  }

  /// The share of each class's images of which something is true.
  func shares(of truths: [Bool], _ labels: [Int32]) -> [Double?] {
    guard labels.count == truths.count, count > 0 else { return recall }
    var (hits, all) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    for (isTrue, label) in zip(truths, labels) where Int(label) < count {
      all[Int(label)] += 1
      if isTrue { hits[Int(label)] += 1 }
    }
    return zip(hits, all).map { $1 == 0 ? nil : Double($0) / Double($1) }
  }

  /// The classes.
  func scores(_ names: [String], generated: [Int32], reference: [Int32]) -> [ClassScores] {
    // Sides without classes in common may have labels, and they mean nothing here.
    if names.isEmpty { return [] }
    func counts(_ labels: [Int32]) -> [Int] {
      labels.reduce(into: [Int](repeating: 0, count: count)) { $0[Int($1)] += 1 }
    }
    let (fakes, reals) = (counts(generated), counts(reference))
    return names.indices.map {
      ClassScores(
        names[$0], generated: fakes[$0], reference: reals[$0], frechet: frechet[$0], accuracy: accuracy[$0],
        recall: recall[$0])
    }
  }
}
