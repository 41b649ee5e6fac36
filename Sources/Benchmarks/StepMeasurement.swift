internal import Foundation
internal import Kernels
internal import Training

/// How long steps take, and how much of the machine they use.
public struct StepMeasurement: CustomStringConvertible, Sendable {
  /// One step on one rank.
  struct Step: Sendable {
    let seconds: Double
    /// In the order of `StepPhase`.
    let phases: [Double]
  }

  private let configuration: TrainingConfiguration
  private let ranks: Int
  private let threads: Int
  private let count: Int
  private let median: Step
  private let best: Double
  private let work: StepWork
  private let parameters: (generator: Int, discriminator: Int)
  private let peakByteCount: Double
  private let rates: MachineRates

  /// A measurement of at least one step.
  ///
  /// - Parameters:
  ///   - configuration: What was run.
  ///   - ranks: How many ranks shared the images.
  ///   - threads: Threads of each rank.
  ///   - steps: Times on this rank.
  ///   - work: What a step has to do on a rank.
  ///   - parameters: How many the networks have.
  ///   - peakByteCount: The most memory that a rank had, in the mean over ranks.
  ///   - rates: What all threads of all ranks can do.
  init(
    _ configuration: TrainingConfiguration, ranks: Int, threads: Int, steps: [Step], work: StepWork,
    parameters: (generator: Int, discriminator: Int), peakByteCount: Double, rates: MachineRates
  ) {
    self.configuration = configuration
    self.ranks = ranks
    self.threads = threads
    count = steps.count
    let sorted = steps.sorted { $0.seconds < $1.seconds }
    // The phases of the median step add up to its seconds, which phases' medians would not.
    median = sorted[sorted.count / 2]
    best = sorted[0].seconds
    self.work = work
    self.parameters = parameters
    self.peakByteCount = peakByteCount
    self.rates = rates
  }

  private var images: Double { Double(configuration.batch * configuration.discriminatorUpdates) }
  private var operations: Double { work.operations * Double(ranks) }
  private var bytes: Double { work.bytes * Double(ranks) }
  private var gflops: Double { operations / median.seconds * 1e-9 }
  private var floors: (sgemm: Double, copy: Double) {
    (operations * 1e-9 / rates.sgemmGflops, bytes * 1e-9 / rates.copyGbps)
  }

  /// A table for people.
  public var description: String {
    func row(_ title: String, _ text: String) -> String { title.padded(to: 24) + text }
    let phases = StepPhase.allCases.map { phase in
      let seconds = median.phases[phase.rawValue]
      return row("  " + phase.title, "\(fixed(seconds, 4)) s  \(fixed(100 * seconds / median.seconds, 1).leading(5)) %")
    }
    return
      ([
        row(
          "step of",
          "\(configuration.preset), \(configuration.resolution)×\(configuration.resolution)×\(configuration.imageChannels), "
            + "width \(configuration.width), \(configuration.classes) classes, batch \(configuration.batch) in "
            + "\(configuration.shards == 1 ? "1 shard" : "\(configuration.shards) shards")"),
        row("convolutions", configuration.convolutions.rawValue),
        row("ranks × threads", "\(ranks) × \(threads)"),
        row(
          "images a second",
          "\(fixed(images / median.seconds, 3)) median, \(fixed(images / best, 3)) best of \(count) steps"),
        row("seconds of a step", "\(fixed(median.seconds, 4)) median, \(fixed(best, 4)) best"),
      ] + phases + [
        row("effective GFLOP/s", "\(fixed(gflops, 1)) (\(fixed(operations * 1e-9, 1)) GFLOP a step)"),
        row(
          "sgemm's GFLOP/s",
          "\(fixed(rates.sgemmGflops, 1)); the step reaches \(fixed(100 * gflops / rates.sgemmGflops, 0)) %"),
        row("copies' GB/s", fixed(rates.copyGbps, 1)),
        row(
          "bytes of a step",
          "\(fixed(bytes * 1e-9, 2)) GB, of which \(fixed(work.updateBytes * Double(ranks) * 1e-9, 2)) GB in updates"),
        row(
          "floors",
          "\(fixed(floors.sgemm, 4)) s by sgemm's rate and the direct operations, \(fixed(floors.copy, 4)) s by copies'"
        ),
        row("peak memory of a rank", "\(fixed(peakByteCount / 0x1p20, 0)) MiB"),
      ]).joined(separator: "\n")
  }

  /// An object for programs.
  public var json: String {
    JSONText.of(
      Record(
        preset: configuration.preset, resolution: configuration.resolution, imageChannels: configuration.imageChannels,
        width: configuration.width, classes: configuration.classes, batch: configuration.batch,
        generatorBatch: configuration.generatorBatch, discriminatorUpdates: configuration.discriminatorUpdates,
        shards: configuration.shards, conv: configuration.convolutions.rawValue, ranks: ranks, threads: threads,
        steps: count, imagesPerSecondMedian: images / median.seconds, imagesPerSecondBest: images / best,
        secondsMedian: median.seconds, secondsBest: best,
        phases: Dictionary(uniqueKeysWithValues: StepPhase.allCases.map { ($0.key, median.phases[$0.rawValue]) }),
        gflop: operations * 1e-9, effectiveGflops: gflops, sgemmGflops: rates.sgemmGflops,
        shareOfSgemm: gflops / rates.sgemmGflops, copyGbps: rates.copyGbps, gigabytes: bytes * 1e-9,
        floorSgemmSeconds: floors.sgemm, floorCopySeconds: floors.copy, peakMebibytes: peakByteCount / 0x1p20,
        generatorParameters: parameters.generator, discriminatorParameters: parameters.discriminator,
        program: ProgramVersion.number, instructionSet: ProgramVersion.instructionSet,
        processor: RunEnvironment.processorName))
  }

  private struct Record: Encodable {
    let preset: String
    let resolution, imageChannels, width, classes, batch, generatorBatch, discriminatorUpdates, shards: Int
    let conv: String
    let ranks, threads, steps: Int
    let imagesPerSecondMedian, imagesPerSecondBest, secondsMedian, secondsBest: Double
    let phases: [String: Double]
    let gflop, effectiveGflops, sgemmGflops, shareOfSgemm, copyGbps, gigabytes: Double
    let floorSgemmSeconds, floorCopySeconds, peakMebibytes: Double
    let generatorParameters, discriminatorParameters: Int
    let program, instructionSet: String
    let processor: String?
  }
}

extension StepPhase {
  /// The phase in words.
  fileprivate var title: String {
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
  fileprivate var key: String {
    title.lowercased().replacingOccurrences(of: " ", with: "_")
  }
}
