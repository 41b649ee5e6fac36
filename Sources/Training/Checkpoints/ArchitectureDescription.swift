internal import Foundation
public import Networks

/// Architectures as JSON, so that a checkpoint or an audit can be rebuilt by programs that know no presets.
///
/// Keys are sorted and numbers whole, so equal tables give equal texts.
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
      let blocks: [Block]
      let attention_after: [Int]
      let spectral_norm: Bool
    }
    let inputs = [initialChannels] + blockChannels
    return line(
      Table(
        latent: latentSize, classes: classes, channels: imageChannels, initial: initialChannels,
        blocks: zip(inputs, blockChannels).map { Table.Block(in: $0, out: $1) },
        attention_after: attentionMap.flatMap(maps.firstIndex(of:)).map { [$0] } ?? [],
        spectral_norm: isSpectrallyNormalized))
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
      let blocks: [Block]
      let attention_after: [Int]
      let spectral_norm: Bool
      let head: String
    }
    let inputs = [imageChannels] + blocks.map(\.channels)
    return line(
      Table(
        channels: imageChannels, classes: classes,
        blocks: zip(inputs, blocks).map {
          Table.Block(in: $0, hidden: $1.hiddenChannels, out: $1.channels, down: $1.isPooled)
        },
        attention_after: attentionMap.flatMap(maps.firstIndex(of:)).map { [$0] } ?? [],
        spectral_norm: isSpectrallyNormalized, head: head.rawValue))
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
