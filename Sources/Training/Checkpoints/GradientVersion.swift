internal import Configuration
internal import Networks

/// Which gradients the steps of a run were made with: a new version mends a mistake in them.
public enum GradientVersion: Int, Sendable {
  /// Adam took the gradient with respect to W/σ for that with respect to W, for the query, key, value and output weights
  /// of attention wherever the network is spectrally normalized and attention is not behind its last block.
  case normalizedAttention = 1
  /// All gradients are those with respect to the weights themselves.
  case all = 2

  /// The version of this program.
  public static let current = Self.all
}

extension CheckpointManifest {
  /// The oldest gradients that any step was made with; those of this program where none was made and the numbers
  /// are no other run's.
  package var gradients: GradientVersion {
    guard step > 0 || settings["from-checksum"] != nil else { return .current }
    return gradientVersion.flatMap(GradientVersion.init) ?? .normalizedAttention
  }
}

extension Checkpoint {
  /// What was wrong with the gradients of steps that led here, if anything was: a sentence without its end.
  package var gradientFault: String? {
    guard manifest.gradients == .normalizedAttention, let configuration = try? configuration()
    else { return nil }
    let networks = configuration.networksWithFollowedAttention.joined(separator: " and ")
    guard !networks.isEmpty else { return nil }
    return
      "some steps or all trained attention in the \(networks) of '\(path)' with a wrong gradient: with respect to W/σ "
      + "instead of W (query, key, value and output weights; gradient version 1)"
  }
}

extension TrainingConfiguration {
  /// The networks that are spectrally normalized and have attention before their last block.
  fileprivate var networksWithFollowedAttention: [String] {
    func isConcerned(_ table: some NetworkTable) -> Bool {
      table.isSpectrallyNormalized && table.attentionKind == .attention
        && table.attentionBlocks.contains { $0 < table.maps.count - 1 }
    }
    var result: [String] = []
    if isConcerned(generator) { result.append("generator") }
    if isConcerned(discriminator) { result.append("discriminator") }
    return result
  }
}
