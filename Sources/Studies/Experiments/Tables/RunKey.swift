internal import Configuration
internal import Files

/// What tells runs apart, but for their seeds: a readable name, and a digest of every setting that decides their scores.
///
/// Rows with equal settings have equal keys, whatever tables they stand in; a table that changes has other keys.
package struct RunKey: Hashable, Sendable, CustomStringConvertible {
  /// The key, a name for folders.
  package let description: String

  /// The key of settings.
  ///
  /// - Parameters:
  ///   - settings: All settings of a run.
  ///   - data: Its data.
  init(_ settings: TrainingSettings, on data: ExperimentData) {
    var values = settings.decisiveValues
    values["seed"] = nil
    let all = settings.values
    // Runs that were finished before there was such a setting keep their keys.
    let usual = TrainingSettings(
      preset: settings.preset, data: settings.data, resolution: settings.resolution, steps: settings.steps,
      batch: settings.batch, generatorBatch: settings.generatorBatch, shards: settings.shards
    ).values
    for key in Self.later where values[key] == usual[key] { values[key] = nil }
    for key in ["steps", "evaluate-every", "evaluate-samples", "keep-best"] { values[key] = all[key] }
    // A file may lie elsewhere.
    values["evaluate-extractor"] = all["evaluate-extractor"].map { String($0.prefix { $0 != ":" }) }
    values["data"] = data.keyText
    values["reference"] = data.keyReference
    let hash = Fingerprint()
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      hash.update(key)
      hash.update(value)
    }
    description = Self.name(settings) + "-" + hash.hexadecimal.prefix(10)
  }

  /// Settings that came after the first records: as long as they are as usual they are no part of a key.
  private static let later = ["orientation", "generator-upsampling", "thin-first-block", "discriminator-shortcut"]

  private static func name(_ settings: TrainingSettings) -> String {
    var parts = [settings.preset]
    let isUsualAttention = (try? TrainingSettings.preset(named: settings.preset)).map {
      $0.generatorAttention == settings.generatorAttention
        && $0.generatorAttentionKind == settings.generatorAttentionKind
        && settings.generatorAttention.isEmpty
    }
    if isUsualAttention != true {
      let heights = settings.generatorAttention.map(String.init).joined(separator: "-")
      parts.append(heights.isEmpty ? "none" : (settings.values["generator-attention-kind"] ?? "") + heights)
    }
    if settings.preset.hasPrefix("sagan") {
      if !settings.generatorSpectralNorm { parts.append("sn-d") }
      if settings.generatorLearningRate == settings.discriminatorLearningRate { parts.append("one-rate") }
    }
    return parts.joined(separator: "-")
  }

  /// Whether a text can be a key, for names that were read.
  static func isPlain(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,99}/) != nil }
}
