internal import Files
internal import Foundation

/// The names of the files and folders in a run directory.
package enum RunFiles {
  /// The folder of checkpoints.
  package static let checkpoints = "checkpoints"
  /// The settings; a directory that has them holds a run.
  package static let configuration = "config.yaml"
  /// One line of numbers for each step that is reported.
  package static let metrics = "metrics.jsonl"
  /// A line for each evaluation of the run's samples.
  package static let evaluations = "evaluations.jsonl"
  /// Where an imported run's numbers came from.
  package static let imported = "imported.json"
  /// Where the run takes place.
  package static let environment = "environment.json"

  /// What the run itself writes, and nobody else may replace.
  static let own: Set = [configuration, metrics, evaluations, environment, imported]

  /// Whether there is a run to continue.
  package static func hold(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + configuration)
  }

  /// The run directory that a path names, or that a checkpoint or folder of checkpoints at the path lies in.
  package static func around(_ path: String) -> String? {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    if hold(absolute) { return absolute }
    let outer = Directory.split(absolute).folder
    let name = Directory.split(outer).name == checkpoints ? Directory.split(outer).folder : outer
    return hold(name) ? name : nil
  }

  /// A path from the root on, links followed.
  static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
