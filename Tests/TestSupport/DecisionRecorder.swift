public import Layers
public import Tensors

/// Gathers all decisions of a forward pass into one list, to see whether two passes made the same.
public final class DecisionRecorder: ActivationRecorder {
  /// All bytes so far.
  public private(set) var decisions: [UInt8] = []

  /// An empty list.
  public init() {}

  /// Appends which ReLUs passed.
  public func record(mask name: String, _ shape: Shape, _ bytes: [UInt8]) { decisions += bytes }

  /// Appends which pixels won a max pooling.
  public func record(winners name: String, _ shape: Shape, _ bytes: [UInt8]) { decisions += bytes }
}
