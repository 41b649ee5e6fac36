public import Tensors

/// What a gradient check compares at one point: a loss, and the decisions that led to it.
public struct ProbedLoss {
  /// The loss, or any function whose gradient is checked.
  public var loss: Double
  /// Which ReLUs passed and which pixels won a max pooling; points with equal decisions have no kink between them.
  public var decisions: [UInt8]

  /// A loss and the decisions that led to it.
  public init(loss: Double, decisions: [UInt8] = []) {
    self.loss = loss
    self.decisions = decisions
  }
}

/// Compares gradients with central differences along random directions.
///
/// Every element takes part in every comparison. Directions with a kink between the two points are drawn
/// again, and the points moved together, since a ReLU may happen to stand right at its kink.
public struct GradientCheck {
  /// Distance of the two points from the middle, in multiples of a direction of normal components.
  public var step = 1e-6
  /// Directions that are compared for each tensor.
  public var directions = 3
  private var stream: RandomStream

  /// A check with its own random directions.
  public init(seed: UInt64 = 1) { stream = RandomStream(seed: seed, purpose: .test, sample: 1) }

  /// The worst error of a gradient over some directions, relative to `scale`.
  ///
  /// - Parameters:
  ///   - values: What the loss depends on; moved, and moved back.
  ///   - gradient: What should be the loss's gradient with respect to `values`.
  ///   - scale: What errors are relative to; the gradient's length where `nil`.
  ///   - evaluate: The loss at the present `values`.
  /// - Returns: The relative error; infinite where a number is not finite or every direction crosses a kink.
  public mutating func error(
    of values: UnsafeMutableBufferPointer<Double>, gradient: [Double], scale: Double? = nil,
    _ evaluate: () -> ProbedLoss
  ) -> Double {
    precondition(values.count == gradient.count, "\(gradient.count) derivatives of \(values.count) numbers")
    let start = Array(values)
    defer { _ = values.update(fromContentsOf: start) }
    let decisions = evaluate().decisions
    let scale = scale ?? length(of: gradient)
    var worst = 0.0
    for _ in 0..<directions {
      guard let (direction, derivative) = difference(values, start, decisions, evaluate) else { return .infinity }
      let error = abs(derivative - innerProduct(of: gradient, direction))
      guard error.isFinite else { return .infinity }
      worst = max(worst, scale == 0 ? error : error / scale)
    }
    return worst
  }

  /// A direction without a kink and the loss's derivative along it, if fifty draws find one.
  private mutating func difference(
    _ values: UnsafeMutableBufferPointer<Double>, _ start: [Double], _ decisions: [UInt8],
    _ evaluate: () -> ProbedLoss
  ) -> (direction: [Double], derivative: Double)? {
    var step = step
    for _ in 0..<50 {
      let direction = start.map { _ in stream.normal() }
      func point(_ distance: Double) -> ProbedLoss {
        for i in start.indices { values[i] = start[i] + distance * direction[i] }
        return evaluate()
      }
      let (after, before) = (point(step), point(-step))
      if after.decisions == decisions, before.decisions == decisions {
        return (direction, (after.loss - before.loss) / (2 * step))
      }
      // After fifty draws a hundredth is left, still far above the rounding of the loss.
      step *= 0.91
    }
    return nil
  }
}

/// The error of one tensor's gradient.
public struct GradientFinding: Sendable {
  /// The tensor's name.
  public let name: String
  /// The error, relative to the length of the gradient of its layer: weight and bias together.
  public let error: Double

  /// The error of a tensor called `name`.
  public init(name: String, error: Double) {
    self.name = name
    self.error = error
  }
}

extension GradientCheck {
  /// The error of every entry of an arena, or of some.
  ///
  /// A bias ahead of a normalization has a gradient of 0 but for rounding; so errors are relative to a layer, not an entry.
  ///
  /// - Parameters:
  ///   - parameters: What the loss depends on.
  ///   - gradients: What should be its gradient, in the same layout.
  ///   - isChecked: Whether an entry of this name is looked at.
  ///   - evaluate: The loss at the present parameters.
  /// - Returns: One finding per entry that was looked at.
  public mutating func findings(
    _ parameters: Arena<Double>, _ gradients: Arena<Double>, where isChecked: (String) -> Bool = { _ in true },
    _ evaluate: () -> ProbedLoss
  ) -> [GradientFinding] {
    func gradient(_ entry: ArenaLayout.Entry) -> [Double] { Array(gradients.values[entry.range]) }
    func layer(_ entry: ArenaLayout.Entry) -> Substring {
      entry.name[..<(entry.name.lastIndex(of: ".") ?? entry.name.endIndex)]
    }
    return parameters.layout.entries.filter { isChecked($0.name) }.map { entry in
      let relatives = parameters.layout.entries.filter { layer($0) == layer(entry) }
      let scale = length(of: relatives.flatMap(gradient))
      let error = error(
        of: UnsafeMutableBufferPointer(rebasing: parameters.values[entry.range]), gradient: gradient(entry),
        scale: scale, evaluate)
      return GradientFinding(name: entry.name, error: error)
    }
  }
}
