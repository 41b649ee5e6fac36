internal import Kernels
internal import Layers

/// One row of a network's table: which kind of layer stands at which place, and how wide it is.
///
/// All that is to be known of the layer follows from its row: its tensors, what it computes, and what that costs.
public struct LayerRow: Hashable, Sendable {
  /// Height, width and channels of a map; a vector is a map of 1 × 1.
  public struct Extents: Hashable, Sendable {
    /// Height and width.
    public var side: Int
    /// Channels.
    public var channels: Int

    /// The extents of a map of `side` × `side`.
    public init(side: Int, channels: Int) { (self.side, self.channels) = (side, channels) }
  }

  /// What kind of layer it is.
  public let kind: LayerKind
  /// What precedes the names of its tensors, for instance `block1.attention`.
  public let name: String
  /// What it is given.
  public let input: Extents
  /// What it puts out.
  public let output: Extents

  /// A row.
  public init(_ kind: LayerKind, _ name: String, from input: Extents, to output: Extents) {
    (self.kind, self.name, self.input, self.output) = (kind, name, input, output)
  }
}

/// The kinds of layers that networks are tables of.
public enum LayerKind: Hashable, Sendable {
  /// A linear layer from latent vectors to a map.
  case linear
  /// A residual block that doubles height and width, normalized by class.
  case upBlock(classes: Int, GeneratorArchitecture.Upsampling)
  /// A residual block with `hidden` channels inside, that may halve height and width; the first one reads images.
  case downBlock(hidden: Int, isFirst: Bool, isShortcutRectified: Bool = false)
  /// Self-attention, whose γ starts at a number.
  case attention(gamma: Double)
  /// A residual block of as many parameters in place of attention.
  case residual
  /// Batch norm, ReLU, and a convolution to images.
  case output
  /// A sum over the map, a logit, and what the class adds.
  case head(DiscriminatorArchitecture.Head, classes: Int)
}

extension LayerRow {
  /// The row's layer, which asks `plan` for what it needs; none for a head, which puts out no map.
  func layer<Scalar: KernelScalar>(_ plan: NetworkBuilder<Scalar>) -> (any MapLayer<Scalar>)? {
    switch kind {
    case .linear: LatentLayer(plan, name, inputs: input.channels, side: output.side, channels: output.channels)
    case .upBlock(let classes, let upsampling):
      UpBlock(
        plan, name, inputs: input.channels, outputs: output.channels, side: input.side, classes: classes,
        isBilinear: upsampling == .bilinear)
    case .downBlock(let hidden, let isFirst, let isShortcutRectified):
      DownBlock(
        plan, name,
        .init(
          inputs: input.channels, hidden: hidden, outputs: output.channels, side: input.side,
          isPooled: output.side < input.side, isFirst: isFirst, isShortcutRectified: isShortcutRectified))
    case .attention(let gamma): SelfAttention(plan, name, channels: input.channels, side: input.side, gamma: gamma)
    case .residual: ResidualControl(plan, name, channels: input.channels, side: input.side)
    case .output:
      ImageOutput(plan, name, channels: input.channels, side: input.side, imageChannels: output.channels)
    case .head: nil
    }
  }

  /// The row's head, if it is one.
  func head<Scalar: KernelScalar>(_ plan: NetworkBuilder<Scalar>) -> ClassHead<Scalar>? {
    guard case .head(let head, let classes) = kind else { return nil }
    return ClassHead(plan, name, channels: input.channels, classes: classes, classifies: head == .classifier)
  }
}
