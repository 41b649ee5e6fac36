internal import Files
internal import DataParallel
internal import Networks
internal import Tensors

extension TrainingSettings {
  /// Checks that the settings fit together; each of them is within its own range already.
  ///
  /// - Throws: `ConfigurationError` for the first that does not.
  public func validate() throws(ConfigurationError) {
    for (key, value) in [("batch", batch), ("generator-batch", generatorBatch)]
    where value < shards || value % shards != 0 {
      let below = value / shards * shards
      let near = below > 0 ? "\(below) or \(below + shards)" : "\(shards)"
      throw ConfigurationError(
        "\(key) is \(value), which \(shards) shards do not divide; choose a multiple of \(shards), for instance "
          + near)
    }
    if let decayEnd, decayEnd <= decayStart {
      throw ConfigurationError(
        "decay-end is \(decayEnd) and decay-start \(decayStart); expected the end after the start, or decay-end none")
    }
    guard steps * discriminatorUpdates <= Int(UInt32.max) else {
      throw ConfigurationError(
        "\(steps) steps of \(discriminatorUpdates) discriminator updates are more than the \(UInt32.max) updates that "
          + "random streams can number; choose fewer steps")
    }
    try checkAttention(
      "generator-attention", try generatorArchitecture(classes: classes ?? 1, imageChannels: imageChannels ?? 3))
    try checkAttention(
      "discriminator-attention", try discriminatorArchitecture(classes: classes ?? 1, imageChannels: imageChannels ?? 3)
    )
  }

  /// Checks that a number of ranks can run these shards, each owning one node of the canonical tree.
  public func validate(ranks: Int) throws(ConfigurationError) {
    let allowed = ReductionTree.allowedRanks(shards: shards)
    guard allowed.contains(ranks) else {
      throw ConfigurationError(
        "\(ranks) ranks cannot share \(shards) shards; start \(Self.list(allowed)) instead, or choose another number of "
          + "shards")
    }
  }

  /// How many shards of a rank go through a layer together.
  ///
  /// - Parameters:
  ///   - wanted: What was asked for; all of them where `nil`.
  ///   - ranks: How many ranks share the shards; an allowed number.
  /// - Returns: A number that divides the rank's shards, so that each group is a node of the canonical tree.
  /// - Throws: `ConfigurationError` for any other number, and for less than all where batch norm is over all shards.
  package func shardsAtOnce(_ wanted: Int?, ranks: Int) throws(ConfigurationError) -> Int {
    let own = shards / ranks
    guard let wanted, wanted != own else { return own }
    let allowed = (0..<Int.bitWidth - 2).map { 1 << $0 }.prefix { $0 <= own }.filter { own % $0 == 0 }
    guard allowed.contains(wanted) else {
      throw ConfigurationError(
        "expected --shards-at-once \(Self.list(allowed)), a power of two that divides the "
          + "\(counted(own, "shard")) of a rank, and found \(wanted)")
    }
    guard batchNorm == .shard else {
      throw ConfigurationError(
        "--shards-at-once \(wanted) takes \(own) shards in groups, and batch-norm global needs all of them at once; leave "
          + "out one of the two, or start more ranks")
    }
    return wanted
  }

  /// Queries and keys have an eighth of the map's channels.
  private func checkAttention(_ key: String, _ table: some NetworkTable) throws(ConfigurationError) {
    for row in table.rows {
      guard case .attention = row.kind, row.input.channels % 8 != 0 else { continue }
      throw ConfigurationError(
        "\(key) is \(row.input.side), where width \(width) gives \(row.input.channels) channels, and attention needs a "
          + "multiple of 8; choose another width or map, or none")
    }
  }

  private static func list(_ numbers: [Int]) -> String {
    guard let last = numbers.last, numbers.count > 1 else { return numbers.map(String.init).joined() }
    return numbers.dropLast().map(String.init).joined(separator: ", ") + " or \(last)"
  }
}
