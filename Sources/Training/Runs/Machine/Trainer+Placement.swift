package import Configuration
package import Trainer
package import DataParallel
package import Threads

extension Trainer where Scalar == Float {
  /// A trainer on every rank, and where they are, once it is known that all hosts have the memory.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - replicas: The ranks of the run; all of them call this.
  ///   - shardsAtOnce: How many shards of a rank go through a layer together; all where `nil`.
  ///   - pool: The threads of this rank.
  ///   - overlap: When sums of gradients are taken; where `nil`, as suits the places of the ranks.
  /// - Returns: The trainer, all of whose numbers are 0, and the places.
  /// - Throws: `InsufficientMemoryError`, or `ConfigurationError` if there are no such networks or groups; `RemoteFailureError` on other ranks.
  package static func planned(
    _ configuration: TrainingConfiguration, replicas: ReplicaGroup, shardsAtOnce: Int? = nil, pool: WorkerPool,
    overlap: Overlap? = nil
  ) throws -> (trainer: Trainer<Float>, places: RankPlaces) {
    let trainer = try replicas.agree {
      try MemoryEstimate.checkAddressSpace(
        configuration, shards: try configuration.settings.shardsAtOnce(shardsAtOnce, ranks: replicas.size))
      return try Trainer<Float>(configuration, replicas: replicas, shardsAtOnce: shardsAtOnce, pool: pool)
    }
    let memory = MemoryEstimate.byteCount(
      trainer.parts, configuration, ranks: replicas.size, isRoot: replicas.isRoot, pool: pool)
    let places = try RankPlaces(RankPlace(threads: pool.threads, neededBytes: memory), over: replicas)
    try replicas.agree { try places.checkMemory() }
    let rate = overlap == nil && !replicas.isOnOneHost ? replicas.bytesPerSecond() : .infinity
    trainer.overlap = overlap ?? replicas.shared(places.overlap(bytesPerSecond: rate))
    return (trainer, places)
  }
}

extension ReplicaGroup {
  /// How many bytes of a buffer are summed in a second; every rank calls it.
  fileprivate func bytesPerSecond() -> Double {
    var numbers = [Float](repeating: 0, count: 1 << 20)
    return numbers.withUnsafeMutableBufferPointer { numbers in
      // The first sum opens connections.
      let seconds = (0..<3).map { _ in
        let start = ContinuousClock.now
        sum(numbers, on: .control)
        return (ContinuousClock.now - start) / .seconds(1)
      }
      return Double(MemoryLayout<Float>.stride * numbers.count) / (seconds.min() ?? 1)
    }
  }

  /// Root's choice, on every rank.
  fileprivate func shared(_ overlap: Overlap) -> Overlap {
    var index = UInt8(Overlap.allCases.firstIndex(of: overlap) ?? 0)
    withUnsafeMutableBytes(of: &index) { broadcast($0, on: .control) }
    return Overlap.allCases[Int(index)]
  }
}
