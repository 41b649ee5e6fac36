public import Layers
internal import Tensors

/// A network as a table of rows: what generator and discriminator are built from, and all that is counted of them.
public protocol NetworkTable: Hashable, Sendable {
  /// Every layer, in forward order.
  var rows: [LayerRow] { get }
  /// Height of each block's output.
  var maps: [Int] { get }
  /// Heights of the maps that attention follows, in any order; empty for none. Of several such maps it follows the first.
  var attentionMaps: [Int] { get }
  /// What stands behind these maps.
  var attentionKind: AttentionKind { get }
  /// Where attention's γ starts; 0 in the paper.
  var initialGamma: Double { get }
  /// Whether every convolution, linear layer and embedding is spectrally normalized.
  var isSpectrallyNormalized: Bool { get }
}

/// What stands where a network has attention: attention, or its control.
public enum AttentionKind: String, Hashable, Sendable, CaseIterable {
  /// Self-attention.
  case attention
  /// A residual block of as many parameters.
  case residual
}

extension NetworkTable {
  /// The numbers of the blocks that attention follows, or its control.
  ///
  /// - Precondition: The network has maps of all these heights.
  public var attentionBlocks: Set<Int> {
    Set(
      attentionMaps.map { map in
        guard let block = maps.firstIndex(of: map) else {
          preconditionFailure("attention on a map of \(map) of \(maps)")
        }
        return block
      })
  }

  /// The row that follows a block, if attention does.
  func attention(behind block: LayerRow) -> LayerRow {
    switch attentionKind {
    case .attention:
      LayerRow(.attention(gamma: initialGamma), block.name + ".attention", from: block.output, to: block.output)
    case .residual: LayerRow(.residual, block.name + ".residual", from: block.output, to: block.output)
    }
  }

  /// How many layers of attention there are.
  public var attentionCount: Int { attentionKind == .attention ? attentionMaps.count : 0 }

  /// What takes time, in the order of the layers' tensors.
  public var operations: [Operation] { rows.plan.operations }

  /// The number of trained numbers.
  public var parameterCount: Int { rows.plan.parameters.parameterCount }

  /// The residual blocks in place of attention, and how near they come to its number of parameters.
  public var controls: [AttentionControl] {
    rows.compactMap { row in
      guard case .residual = row.kind else { return nil }
      let attention = LayerRow(.attention(gamma: 0), row.name, from: row.input, to: row.output)
      return AttentionControl(
        name: row.name, map: row.input, parameters: [row].plan.parameters.parameterCount,
        attentionParameters: [attention].plan.parameters.parameterCount)
    }
  }
}

extension [LayerRow] {
  /// What the layers ask for when they are built for one image.
  fileprivate var plan: NetworkBuilder<Float> {
    let plan = NetworkBuilder<Float>(samples: 1, shards: 1, isSpectrallyNormalized: false)
    for row in self where row.head(plan) == nil { _ = row.layer(plan) }
    return plan
  }
}

/// A residual block in place of attention: both have the same number of parameters, as nearly as whole channels allow.
public struct AttentionControl: Sendable {
  /// The block's name, for instance `block1.residual`.
  public let name: String
  /// The map that it follows.
  public let map: LayerRow.Extents
  /// Its parameters.
  public let parameters: Int
  /// Those of attention at its place, γ included.
  public let attentionParameters: Int

  /// By how much it has more parameters than attention, or fewer, in relation to attention's.
  public var deviation: Double { Double(parameters - attentionParameters) / Double(attentionParameters) }
}
