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

  init(_ plan: ScalingPlan, command: String) { (self.plan, self.command) = (plan, command) }

  /// Reads a file.
  ///
  /// - Parameter path: Where it lies, or the folder with `results.json`.
  /// - Throws: `ScalingError` if it is not there or something else.
  public init(path: String) throws(ScalingError) {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = isFolder.boolValue ? path + "/results.json" : path
    guard isThere, let input = try? InputFile(path: file) else {
      throw ScalingError(
        .missing, "expected results of sagan bench scaling at '\(file)' and found no file that can be read")
    }
    guard input.byteCount <= Self.largestByteCount,
      let bytes = try? input.elements(of: UInt8.self, count: input.byteCount, at: 0)
    else {
      throw ScalingError(
        .data, "expected results of sagan bench scaling in '\(file)' and found \(grouped(input.byteCount)) bytes")
    }
    let data = Data(bytes)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(ScalingResults.self, from: data)
    } catch {
      throw ScalingError(
        .data,
        "expected results of sagan bench scaling in '\(file)' and found something else; make them again with this "
          + "version")
    }
    guard Self.isBounded(try? JSONSerialization.jsonObject(with: data)), hasPossibleCounts else {
      throw ScalingError(
        .data,
        "expected results of sagan bench scaling in '\(file)' and found numbers beyond all bounds; make them again")
    }
    guard !runs.isEmpty, runs.allSatisfy({ $0.step.secondsMedian > 0 && $0.step.imagesPerSecondMedian > 0 }) else {
      throw ScalingError(.data, "expected runs that took time in '\(file)' and found none; make them again")
    }
  }

  /// Results of thousands of runs are megabytes.
  private static let largestByteCount = 1 << 28

  /// Whether all numbers below a value of a JSON text are such as machines have: bytes, seconds, operations.
  private static func isBounded(_ value: Any?) -> Bool {
    switch value {
    case let object as [String: Any]:
      // A machine has a number that says nothing.
      object.allSatisfy { $0.key == "machine" || isBounded($0.value) }
    case let list as [Any]: list.allSatisfy(isBounded)
    case let number as NSNumber: abs(number.doubleValue) <= 0x1p50
    default: true
    }
  }

  /// Whether the numbers that are multiplied are such as this program's options allow.
  private var hasPossibleCounts: Bool {
    let (few, many) = (1...65536, 1...1 << 30)
    guard plan.ranks.allSatisfy(few.contains), few.contains(plan.threads) else { return false }
    guard [plan.batch, plan.steps, plan.rounds].allSatisfy(many.contains) else { return false }
    return runs.allSatisfy { run in
      let step = run.step
      return [run.ranks, step.ranks, step.threads, step.discriminatorUpdates].allSatisfy(few.contains)
        && [step.batch, step.generatorBatch, step.steps].allSatisfy(many.contains)
    } && sums.allSatisfy { few.contains($0.ranks) }
  }

  /// Writes the file whole, or not at all.
  func write(to path: String) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      try OutputFile.write(Array(try encoder.encode(self)) + [0x0A], to: path)
    } catch let error as FileError {
      throw error
    } catch {
      preconditionFailure("numbers and texts are always JSON: \(error)")
    }
  }
}
