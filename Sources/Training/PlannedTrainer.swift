package import DataParallel
package import Tensors

extension Trainer where Scalar == Float {
  /// A trainer on every rank, and where they are, once it is known that all hosts have the memory.
  ///
  /// - Parameters:
  ///   - configuration: Validated, with classes and image channels known.
  ///   - replicas: The ranks of the run; all of them call this.
  ///   - pool: The threads of this rank.
  /// - Returns: The trainer, all of whose numbers are 0, and the places.
  /// - Throws: `NotEnoughMemory`, or `ConfigurationError` if there are no such networks; `FailedElsewhere` on other ranks.
  package static func planned(
    _ configuration: TrainingConfiguration, replicas: ReplicaGroup, pool: WorkerPool
  ) throws -> (trainer: Trainer<Float>, places: RankPlaces) {
    let trainer = try replicas.agree {
      try RunMemory.checkAddressSpace(configuration, ranks: replicas.size)
      return try Trainer<Float>(configuration, replicas: replicas, pool: pool)
    }
    let memory = RunMemory.byteCount(
      trainer.parts, configuration, ranks: replicas.size, isRoot: replicas.isRoot, pool: pool)
    let places = try RankPlaces(RankPlace(threads: pool.threads, neededBytes: memory), over: replicas)
    try replicas.agree { try places.checkMemory() }
    return (trainer, places)
  }
}
