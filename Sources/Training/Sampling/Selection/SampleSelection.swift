/// Which samples to draw: as many of each of some classes, class by class.
public struct SampleSelection: Sendable, Equatable {
  /// The classes, in the order of the picture's rows.
  public let classes: [Int]
  /// Samples of each class.
  public let perClass: Int

  /// `perClass` samples of each of `classes`.
  public init(classes: [Int], perClass: Int) {
    self.classes = classes
    self.perClass = perClass
  }

  /// What a run's grids show: all of `classes` classes, or 16 of them.
  public init(gridOf classes: Int) {
    let rows = min(classes, 16)
    self.init(classes: (0..<rows).map { $0 * classes / rows }, perClass: rows <= 10 ? 10 : 8)
  }

  /// Number of samples.
  public var count: Int { classes.count * perClass }

  /// One of the samples.
  public subscript(index: Int) -> Sample {
    Sample(label: classes[index / perClass], number: index % perClass)
  }
}

extension SampleSelection {
  /// The selection with each class once.
  var withoutRepetition: SampleSelection {
    var seen: Set<Int> = []
    return SampleSelection(classes: classes.filter { seen.insert($0).inserted }, perClass: perClass)
  }

  /// One of the samples where classes take turns, as in an evaluation: the first one of each, then the second ones.
  func inTurns(_ index: Int) -> Sample {
    Sample(label: classes[index % classes.count], number: index / classes.count)
  }
}

/// One sample of a class; together with a seed it decides a latent vector.
public struct Sample: Sendable, Equatable {
  /// The class asked for.
  public let label: Int
  /// Its number within the class.
  public let number: Int

  /// The `number`-th sample of class `label`.
  public init(label: Int, number: Int) {
    self.label = label
    self.number = number
  }
}
