internal import Reports
internal import Configuration
internal import Files
internal import Runs
public import Trainer
internal import DataParallel
internal import Foundation
internal import Kernels

/// How long steps take, and how much of the machine they use.
public struct StepMeasurement: CustomStringConvertible, Sendable {
  /// One step on one rank.
  struct Step: Sendable {
    let seconds: Double
    /// In the order of `StepPhase`.
    let phases: [Double]
    /// Of the generator and the discriminator.
    let gradientParts: [[StepRecord.Gradients.Part]]
  }

  /// Everything that was found.
  public let record: StepRecord
  private let updateGigabytes: Double

  /// A measurement of at least one step.
  ///
  /// - Parameters:
  ///   - configuration: What was run; of independent ranks, by each.
  ///   - launch: How it was run.
  ///   - threads: Threads of each rank.
  ///   - steps: Times on this rank.
  ///   - seconds: Of a step, over all ranks.
  ///   - work: What a step has to do on a rank.
  ///   - sums: What a step sums over ranks.
  ///   - parameters: How many the networks have.
  ///   - peakByteCount: The most memory that a rank had, in the mean over ranks.
  ///   - rates: What all threads of all ranks can do.
  init(
    _ configuration: TrainingConfiguration, launch: StepLaunch, threads: Int, steps: [Step],
    seconds: (median: Double, best: Double), work: StepWork, sums: (gradients: [Int], small: [Int]),
    parameters: (generator: Int, discriminator: Int), peakByteCount: Double, rates: MachineRates
  ) {
    let sorted = steps.sorted { $0.seconds < $1.seconds }
    // The phases of the median step add up to its seconds, which phases' medians would not.
    let median = sorted[sorted.count / 2]
    let ranks = launch.ranks
    let images = Double(configuration.batch * configuration.discriminatorUpdates * (launch.isIndependent ? ranks : 1))
    let (operations, bytes) = (work.operations * Double(ranks) * 1e-9, work.bytes * Double(ranks) * 1e-9)
    updateGigabytes = work.updateBytes * Double(ranks) * 1e-9
    record = StepRecord(
      preset: configuration.preset, resolution: configuration.resolution, imageChannels: configuration.imageChannels,
      width: configuration.width, classes: configuration.classes, batch: configuration.batch,
      generatorBatch: configuration.generatorBatch, discriminatorUpdates: configuration.discriminatorUpdates,
      shards: configuration.shards, conv: configuration.convolutions.rawValue, ranks: ranks, threads: threads,
      independent: launch.isIndependent, overlap: launch.overlap.rawValue, placements: launch.placements,
      steps: steps.count, imagesPerSecondMedian: images / seconds.median, imagesPerSecondBest: images / seconds.best,
      secondsMedian: seconds.median, secondsBest: seconds.best, stepSeconds: steps.map(\.seconds),
      sumSeconds: steps.map { $0.phases[StepPhase.reduction.rawValue] },
      phases: Dictionary(uniqueKeysWithValues: StepPhase.allCases.map { ($0.key, median.phases[$0.rawValue]) }),
      gradients: zip(zip(sums.gradients, [1, configuration.discriminatorUpdates]), median.gradientParts).map {
        StepRecord.Gradients(bytes: $0.0, sums: $0.1, parts: $1)
      },
      smallSumBytes: sums.small, gflop: operations, effectiveGflops: operations / seconds.median,
      sgemmGflops: rates.sgemmGflops, shareOfSgemm: operations / seconds.median / rates.sgemmGflops,
      copyGbps: rates.copyGbps, gigabytes: bytes, floorSgemmSeconds: operations / rates.sgemmGflops,
      floorCopySeconds: bytes / rates.copyGbps, peakMebibytes: peakByteCount / 0x1p20,
      generatorParameters: parameters.generator, discriminatorParameters: parameters.discriminator,
      level2Bytes: CacheSizes.machine.level2, program: ProgramVersion.number,
      instructionSet: ProgramVersion.instructionSet,
      processor: RunEnvironment.processorName)
  }

  /// A table for people.
  public var description: String {
    func row(_ title: String, _ text: String) -> String { title.padded(to: 24) + text }
    let phases = StepPhase.allCases.map { phase in
      let seconds = record.phases[phase.key] ?? 0
      let whole = record.phases.values.reduce(0, +)
      return row("  " + phase.title, "\(fixed(seconds, 4)) s  \(fixed(100 * seconds / whole, 1).leading(5)) %")
    }
    return
      ([
        row(
          "step of",
          "\(record.preset), \(record.resolution)×\(record.resolution)×\(record.imageChannels), "
            + "width \(record.width), \(record.classes) classes, batch \(record.batch) in "
            + "\(counted(record.shards, "shard"))"),
        row("convolutions", record.conv),
        row("ranks × threads", "\(record.ranks) × \(record.threads)\(record.independent ? ", each on its own" : "")"),
        row(
          "images a second",
          "\(fixed(record.imagesPerSecondMedian, 3)) median, \(fixed(record.imagesPerSecondBest, 3)) best of "
            + "\(record.steps) steps"),
        row("seconds of a step", "\(fixed(record.secondsMedian, 4)) median, \(fixed(record.secondsBest, 4)) best"),
      ] + phases + [
        row(
          "effective GFLOP/s", "\(fixed(record.effectiveGflops, 1)) (\(fixed(record.gflop, 1)) GFLOP a step)"),
        row(
          "sgemm's GFLOP/s",
          "\(fixed(record.sgemmGflops, 1)); the step reaches \(fixed(100 * record.shareOfSgemm, 0)) %"),
        row("copies' GB/s", fixed(record.copyGbps, 1)),
        row("caches planned for", CacheSizes.machine.words),
        row(
          "bytes of a step",
          "\(fixed(record.gigabytes, 2)) GB, of which \(fixed(updateGigabytes, 2)) GB in updates"),
        row(
          "floors",
          "\(fixed(record.floorSgemmSeconds, 4)) s by sgemm's rate and the direct operations, "
            + "\(fixed(record.floorCopySeconds, 4)) s by copies'"
        ),
        row("peak memory of a rank", "\(fixed(record.peakMebibytes, 0)) MiB"),
      ]).joined(separator: "\n")
  }

  /// An object for programs.
  public var json: String { JSONText.encode(record) }
}

/// How the ranks of a measurement were started.
struct StepLaunch {
  let ranks: Int
  /// On rank 0.
  let placements: [StepRecord.Placement]
  let isIndependent: Bool
  let overlap: Overlap
}

extension StepPhase {
  /// The phase in words.
  public var title: String {
    switch self {
    case .generatorForward: "G forward"
    case .discriminatorForward: "D forward"
    case .discriminatorBackward: "D backward"
    case .generatorBackward: "G backward"
    case .spectralNorm: "spectral norm"
    case .optimizer: "Adam and average"
    case .reduction: "sums over ranks"
    case .other: "inputs and losses"
    }
  }

  /// The phase as a key.
  public var key: String {
    title.lowercased().replacingOccurrences(of: " ", with: "_")
  }
}
