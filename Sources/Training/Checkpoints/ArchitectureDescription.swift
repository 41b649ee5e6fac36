internal import Foundation
public import Networks

/// Architectures as JSON, so that a checkpoint or an audit can be rebuilt by programs that know no presets.
///
/// Keys are sorted and numbers whole, so equal tables give equal texts. `residual_after` is there only if there are such blocks,
/// `upsampling` and `shortcut` only if they are not as published.
extension GeneratorArchitecture {
  /// The table as one line of JSON.
  public var json: String {
    struct Table: Encodable {
      struct Block: Encodable {
        let `in`: Int
        let out: Int
      }
      let latent: Int
      let classes: Int
      let channels: Int
      let initial: Int
      var blocks: [Block] = []
      let attention_after: [Int]
      let residual_after: [Int]?
      let spectral_norm: Bool
      let upsampling: String?
    }
    let places = attentionPlaces
    var table = Table(
      latent: latentSize, classes: classes, channels: imageChannels, initial: initialChannels,
      attention_after: places.attention, residual_after: places.residual, spectral_norm: isSpectrallyNormalized,
      upsampling: upsampling == .nearest ? nil : upsampling.rawValue)
    for row in rows {
      guard case .upBlock = row.kind else { continue }
      table.blocks.append(.init(in: row.input.channels, out: row.output.channels))
    }
    return line(table)
  }
}

extension DiscriminatorArchitecture {
  /// The table as one line of JSON.
  public var json: String {
    struct Table: Encodable {
      struct Block: Encodable {
        let `in`: Int
        let hidden: Int
        let out: Int
        let down: Bool
      }
      let channels: Int
      let classes: Int
      var blocks: [Block] = []
      let attention_after: [Int]
      let residual_after: [Int]?
      let spectral_norm: Bool
      let head: String
      let shortcut: String?
    }
    let places = attentionPlaces
    var table = Table(
      channels: imageChannels, classes: classes, attention_after: places.attention, residual_after: places.residual,
      spectral_norm: isSpectrallyNormalized, head: head.rawValue,
      shortcut: shortcut == .input ? nil : shortcut.rawValue)
    for row in rows {
      guard case .downBlock(let hidden, _, _) = row.kind else { continue }
      table.blocks.append(
        .init(
          in: row.input.channels, hidden: hidden, out: row.output.channels, down: row.output.side < row.input.side))
    }
    return line(table)
  }
}

extension NetworkTable {
  /// Numbers of the blocks that attention follows, and of those that its control follows, if there are any.
  fileprivate var attentionPlaces: (attention: [Int], residual: [Int]?) {
    let blocks = attentionBlocks.sorted()
    return attentionKind == .attention || blocks.isEmpty ? (blocks, nil) : ([], blocks)
  }
}

/// A table as one line of JSON with sorted keys.
private func line(_ table: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  do {
    return String(decoding: try encoder.encode(table), as: UTF8.self)
  } catch {
    preconditionFailure("whole numbers, truths and names are always JSON: \(error)")
  }
}
