package import Benchmarks
internal import Configuration
internal import Files
internal import Foundation
package import Scaling

/// A step of a system that was measured here, on one thread and on two, of a few images: what a plan for a cluster is worked out from.
package struct MeasuredSystem: Codable, Sendable {
  /// The step on one thread.
  package let one: StepRecord
  /// The step on two.
  package let two: StepRecord

  /// Images of a discriminator update in the measured step, and the steps that were timed.
  private static let (batch, steps) = (2, 1)

  /// Measures a system.
  ///
  /// - Parameters:
  ///   - settings: The system's.
  ///   - launcher: Starts the measurements.
  /// - Throws: `ScalingError` if one fails.
  init(_ settings: TrainingSettings, _ launcher: RunLauncher) throws {
    func record(threads: Int) throws -> StepRecord {
      let words =
        [
          "bench", "step", "--preset", settings.preset, "--batch", "\(Self.batch)", "--shards", "1", "--steps",
          "\(Self.steps)",
        ]
        + ["--threads", "\(threads)", "--json"]
      let output = try launcher.outputAlone(of: words)
      guard let record = try? JSONText.decode(StepRecord.self, from: Array(output)), record.secondsBest > 0 else {
        throw ScalingError(.software, "expected sagan bench step to print one JSON object and found something else")
      }
      return record
    }
    (one, two) = (try record(threads: 1), try record(threads: 2))
  }

  /// Measures every preset of a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - launcher: Starts the measurements.
  ///   - say: Gets a line before each.
  /// - Returns: The systems, by preset.
  /// - Throws: `ScalingError` if a measurement fails.
  package static func all(
    of plan: RunPlan, _ launcher: RunLauncher, say: (String) -> Void
  ) throws -> [String: MeasuredSystem] {
    var result: [String: MeasuredSystem] = [:]
    for run in plan.runs where result[run.settings.preset] == nil {
      say("measuring a step of \(run.settings.preset) on one thread and on two")
      result[run.settings.preset] = try MeasuredSystem(run.settings, launcher)
    }
    return result
  }

  /// The part of a step that threads share, as the two measurements tell (Amdahl 1967).
  var sharedPart: Double {
    min(max(2 * (1 - two.secondsBest / one.secondsBest), 0), 1)
  }

  /// Seconds of a step.
  ///
  /// - Parameters:
  ///   - operations: Operations of a rank's part of it.
  ///   - threads: Threads of the rank.
  /// - Returns: The measured time, longer as the operations are more and shorter as threads share them.
  func seconds(operations: Double, threads: Int) -> Double {
    let alone = one.secondsBest * operations / (1e9 * one.gflop)
    return alone * (1 - sharedPart + sharedPart / Double(threads))
  }
}
