public import Kernels

/// An operation of a network that takes time, as its layers announce it when they are built: what there is to count and to
/// measure.
///
/// Left out are maps that are only added, pooled or upsampled, and the output's tanh.
public struct Operation: Sendable {
  /// What is computed, and its extents for one image.
  public enum Kind: Hashable, Sendable {
    /// A convolution of maps of `side` × `side`.
    case convolution(Convolution, side: Int)
    /// A linear layer.
    case linear(inputs: Int, outputs: Int)
    /// Dot-product attention; `depth` numbers a query and `width` a value.
    case attention(queries: Int, keys: Int, depth: Int, width: Int)
    /// Batch normalization with a ReLU.
    case normalization(side: Int, channels: Int)
    /// A ReLU without normalization.
    case rectification(side: Int, channels: Int)
    /// The inner product with the embedding of the image's class.
    case projection(channels: Int)
  }

  /// The layer's name.
  public let name: String
  /// What is computed.
  public let kind: Kind
  /// Whether it reads the network's own input, whose gradient not every update wants.
  public let readsInput: Bool

  init(_ name: String, _ kind: Kind, readsInput: Bool = false) {
    self.name = name
    self.kind = kind
    self.readsInput = readsInput
  }

  /// Multiply-adds of one image, forward, as direct algorithms count them.
  public var multiplyAdds: Int {
    switch kind {
    case .convolution(let convolution, let side): convolution.multiplyAdds(height: side, width: side)
    case .linear(let inputs, let outputs): inputs * outputs
    case .attention(let queries, let keys, let depth, let width): queries * keys * (depth + width)
    case .normalization, .rectification: 0
    case .projection(let channels): channels
    }
  }
}
