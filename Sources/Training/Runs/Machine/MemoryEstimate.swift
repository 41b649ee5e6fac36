internal import Configuration
internal import Sampling
internal import Trainer
internal import DataParallel
internal import Files
internal import Datasets
internal import Foundation
internal import Networks
internal import Threads

/// The memory that a rank will take for a run, beyond what its process has when everything is planned.
enum MemoryEstimate {
  /// What the libraries take once they are in use, MPI's share with several ranks.
  private static let library = (blas: 16 << 20, mpi: 24 << 20)
  /// Pages of the program and its libraries that the first steps read in.
  private static let code = 8 << 20

  /// More than this no process can address.
  private static let addressable = 1 << 46

  /// Checks that a rank's networks can be planned at all.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - shards: How many shards of a rank go through a layer together.
  /// - Throws: `InsufficientMemoryError` if the generator's maps alone are too much for any process; `ConfigurationError` if there
  ///   are no such networks.
  static func checkAddressSpace(_ configuration: TrainingConfiguration, shards: Int) throws {
    // A layer keeps its output, and a block as large a map inside.
    let numbers = configuration.generator.rows.reduce(0) { sum, row in
      let map = row.output.side * row.output.side * row.output.channels
      return if case .upBlock = row.kind { sum + 2 * map } else { sum + map }
    }
    let samples = max(configuration.batch, configuration.generatorBatch) / configuration.shards * shards
    let needed = MemoryLayout<Float>.stride * samples * numbers
    guard needed > addressable else { return }
    throw InsufficientMemoryError(
      host: ProcessInfo.processInfo.hostName, ranks: 1, needed: needed,
      available: AvailableMemory().byteCount ?? addressable)
  }

  /// An estimate in bytes, somewhat on the high side.
  ///
  /// - Parameters:
  ///   - parts: The rank's networks and optimizers.
  ///   - configuration: The run's.
  ///   - ranks: How many ranks share the shards.
  ///   - isRoot: Whether the rank draws samples and adds up sums.
  ///   - pool: The threads of the rank.
  /// - Returns: The number of bytes.
  static func byteCount(
    _ parts: TrainingState<Float>, _ configuration: TrainingConfiguration, ranks: Int, isRoot: Bool, pool: WorkerPool
  ) -> Int {
    let image = 4 * configuration.resolution * configuration.resolution * configuration.imageChannels
    var result = parts.byteCount + Prefetcher.slots * configuration.batch / ranks * image + library.blas + code
    if ranks > 1 { result += library.mpi }
    // Root draws grids, and every rank what is scored.
    let drawers = (isRoot ? 1 : 0) + (configuration.settings.takesScores ? 1 : 0)
    if drawers > 0 {
      let grid = SampleGrid(
        parts.generator.architecture, weights: parts.average, convolutions: configuration.convolutions,
        seed: configuration.seed, pool: pool)
      result += drawers * grid.plannedBytes
    }
    return result + scores(configuration.settings, classes: configuration.classes, ranks: ranks)
  }

  /// What an evaluation takes beside the generator: rows of samples, moments of both sides in groups, and the extractor.
  private static func scores(_ settings: TrainingSettings, classes: Int, ranks: Int) -> Int {
    guard settings.takesScores else { return 0 }
    let (features, logits, network) =
      switch settings.evaluateExtractor {
      case .classifier, nil: (128, classes, 32 << 20)
      case .lite0: (1280, 1000, 96 << 20)
      case .inception: (2048, 1008, 320 << 20)
      }
    let moments = MemoryLayout<Double>.stride * features * features / 2
    // Twenty groups and their sum on both sides, and a few squares to factorize.
    return network + 4 * settings.evaluateSamples / ranks * (features + logits) + (2 * 21 + 8) * moments
  }
}
