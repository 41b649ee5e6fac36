internal import Files
public import Benchmarks
internal import Foundation

/// Everything that the runs of a scaling benchmark found: `results.json`.
public struct ScalingResults: Codable, Sendable {
  /// One run.
  public struct Run: Codable, Sendable {
    /// How many ranks it had.
    public let ranks: Int
    /// How they worked together.
    public let kind: ScalingPlan.Kind
    /// Which round it belongs to, from 1.
    public let round: Int
    /// What it found.
    public let step: StepRecord
  }

  /// Which runs there were to be.
  public let plan: ScalingPlan
  /// How a run of the largest number of ranks was started.
  public let command: String
  /// In the order in which they were made.
  public internal(set) var runs: [Run] = []
  /// Sums over ranks alone, for each number of ranks.
  public internal(set) var sums: [ReductionRecord] = []

  /// The name of their file.
  static let fileName = "results.json"
  /// Thousands of runs are smaller; a larger file is something else.
  private static let largestByteCount = 256 << 20

  init(_ plan: ScalingPlan, command: String) { (self.plan, self.command) = (plan, command) }

  /// Reads a file.
  ///
  /// - Parameter path: Where it lies, or the folder with `results.json`.
  /// - Throws: `ScalingError` if it is not there or something else.
  public init(path: String) throws(ScalingError) {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = isFolder.boolValue ? path + "/" + Self.fileName : path
    guard isThere, let input = try? InputFile(path: file) else {
      throw ScalingError(
        .missing, "expected results of sagan bench scaling at '\(file)' and found no file that can be read")
    }
    do {
      guard input.byteCount <= Self.largestByteCount else { throw ScalingError(.data, "") }
      self = try JSONText.decode(
        ScalingResults.self, from: input.elements(of: UInt8.self, count: input.byteCount, at: 0))
    } catch {
      throw ScalingError(
        .data,
        "expected results of sagan bench scaling in '\(file)' and found something else; make them again with this "
          + "version")
    }
    guard !runs.isEmpty, runs.allSatisfy({ $0.step.secondsMedian > 0 && $0.step.imagesPerSecondMedian > 0 }) else {
      throw ScalingError(.data, "expected runs that took time in '\(file)' and found none; make them again")
    }
    if let name = numberOutOfBounds {
      throw ScalingError(
        .data, "expected numbers that runs can have in '\(file)' and found others for \(name); make them again")
    }
  }

  /// Writes the file whole, or not at all.
  func write(to path: String) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      try OutputFile.write(Array(try encoder.encode(self)) + [0x0A], to: path, isForced: true)
    } catch let error as FileError {
      throw error
    } catch {
      preconditionFailure("numbers and texts are always JSON: \(error)")
    }
  }
}
