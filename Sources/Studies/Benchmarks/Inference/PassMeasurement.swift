internal import Configuration
internal import DataParallel
internal import Files
internal import Foundation
internal import Reports
internal import Runs

/// How long passes without gradients take, and how much of the machine they use.
package struct PassMeasurement: CustomStringConvertible, Sendable {
  /// What was found, for programs: the object that `--json` prints.
  package struct Record: Codable, Sendable {
    /// What was computed, in words.
    package let work: String
    /// Images of a pass, passes that were timed, and threads.
    package let images, passes, threads: Int
    /// Images over the seconds of a pass.
    package let imagesPerSecondMedian, imagesPerSecondBest: Double
    /// Seconds of each pass.
    package let passSeconds: [Double]
    /// Operations of an image by the direct algorithms, and what they make in a second, in 10⁹.
    package let gflop, effectiveGflops: Double
    /// What all threads reach in BLAS's matrix product, in 10⁹ operations a second, and how much of that passes do.
    package let sgemmGflops, shareOfSgemm: Double
    /// Bytes that all threads copy, read and written, in 10⁹ a second.
    package let copyGbps: Double
    /// The most memory that the process had.
    package let peakMebibytes: Double
    /// Numbers of a network's shape, where it is a preset's: what a program beside this one has to be given.
    package let resolution, width, imageChannels, classes, parameters: Int?
    /// Bytes of the second cache that blocks are cut for.
    package let level2Bytes: Int
    /// The program's version, and the instructions that it was built for.
    package let program, instructionSet: String
    /// The processor's name, where the system tells.
    package let processor: String?
  }

  /// The shape of a preset's generator.
  struct Shape {
    let resolution, width, imageChannels, classes, parameters: Int
  }

  /// Everything that was found.
  package let record: Record

  /// A measurement of at least one pass.
  ///
  /// - Parameters:
  ///   - work: What was computed, in words.
  ///   - images: Images of a pass.
  ///   - seconds: Of each pass.
  ///   - multiplyAdds: Of an image.
  ///   - shape: The generator's, where there is one.
  ///   - threads: Threads of the rank.
  ///   - rates: What all of them can do.
  init(
    _ work: String, images: Int, seconds: [Double], multiplyAdds: Int, shape: Shape?, threads: Int, rates: MachineRates
  ) {
    let sorted = seconds.sorted()
    let (median, best) = (Double(images) / sorted[sorted.count / 2], Double(images) / sorted[0])
    let gflop = 2e-9 * Double(multiplyAdds)
    record = Record(
      work: work, images: images, passes: seconds.count, threads: threads, imagesPerSecondMedian: median,
      imagesPerSecondBest: best, passSeconds: seconds, gflop: gflop, effectiveGflops: gflop * median,
      sgemmGflops: rates.sgemmGflops, shareOfSgemm: gflop * median / rates.sgemmGflops, copyGbps: rates.copyGbps,
      peakMebibytes: Double(AvailableMemory.peakByteCount) / 0x1p20, resolution: shape?.resolution,
      width: shape?.width, imageChannels: shape?.imageChannels, classes: shape?.classes, parameters: shape?.parameters,
      level2Bytes: CacheSizes.machine.level2, program: ProgramVersion.number,
      instructionSet: ProgramVersion.instructionSet,
      processor: RunEnvironment.processorName)
  }

  /// A table for people.
  package var description: String {
    func row(_ title: String, _ text: String) -> String { title.padded(to: 24) + text }
    return [
      row("passes of", "\(record.work); \(counted(record.images, "image"))"),
      row("threads", "\(record.threads)"),
      row(
        "images a second",
        "\(fixed(record.imagesPerSecondMedian, 3)) median, \(fixed(record.imagesPerSecondBest, 3)) best of "
          + "\(record.passes) \(record.passes == 1 ? "pass" : "passes")"),
      row(
        "effective GFLOP/s", "\(fixed(record.effectiveGflops, 1)) (\(fixed(record.gflop, 2)) GFLOP an image)"),
      row(
        "sgemm's GFLOP/s",
        "\(fixed(record.sgemmGflops, 1)); passes reach \(fixed(100 * record.shareOfSgemm, 0)) %"),
      row("copies' GB/s", fixed(record.copyGbps, 1)),
      row("caches planned for", CacheSizes.machine.words),
      row("peak memory", "\(fixed(record.peakMebibytes, 0)) MiB"),
    ].joined(separator: "\n")
  }

  /// An object for programs.
  package var json: String { JSONText.encode(record) }
}

/// The seconds of each of `count` passes, after one that meets memory for the first time.
func secondsOfPasses(_ count: Int, _ pass: () throws -> Void) rethrows -> [Double] {
  try pass()
  return try (0..<count).map { _ in
    let start = ContinuousClock.now
    try pass()
    return (ContinuousClock.now - start).seconds
  }
}
