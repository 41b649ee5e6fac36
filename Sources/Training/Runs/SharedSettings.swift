public import Configuration
public import DataParallel

extension TrainingSettings {
  /// Root's settings on every rank; every rank calls it.
  ///
  /// - Parameters:
  ///   - own: Root's settings; not looked at elsewhere.
  ///   - replicas: The ranks of the run.
  /// - Returns: The same settings on all ranks.
  /// - Throws: `ConfigurationError` if they cannot be written as text.
  public static func shared(_ own: Self?, over replicas: ReplicaGroup) throws -> Self {
    var text: [UInt8] = []
    if let own, replicas.isRoot { text = Array(try own.yaml().utf8) }
    var length = Int64(text.count)
    withUnsafeMutableBytes(of: &length) { replicas.broadcast($0, on: .control) }
    if !replicas.isRoot { text = [UInt8](repeating: 0, count: Int(length)) }
    text.withUnsafeMutableBytes { replicas.broadcast($0, on: .control) }
    let file = try ConfigurationFile(yaml: String(decoding: text, as: UTF8.self), path: "the settings of rank 0")
    // Every setting is in the text, so that its preset, which those of a checkpoint do not have, is but a name.
    var result = Self(
      preset: file.preset?.value ?? "", data: "", resolution: 32, steps: 0, batch: 1, generatorBatch: 1, shards: 1)
    try result.apply(file.assignments)
    return result
  }
}
