import Foundation
import Testing

extension Scratch {
  /// A run's lines of metrics without times.
  func results(_ run: String) throws -> [String] {
    try text(run + "/metrics.jsonl").split(separator: "\n").map { line in
      String(line.range(of: ",\"time/").map { line[..<$0.lowerBound] } ?? line)
    }
  }

  /// The step that a run's file `latest` names; 0 if there is none.
  func latest(_ run: String) -> Int {
    let name = (try? text(run + "/checkpoints/latest")) ?? ""
    return Int(name.drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
  }
}

/// Checks that two runs left the same bytes, and nothing unfinished.
func expectSameRun(
  _ scratch: Scratch, _ a: String, _ b: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for name in ["checkpoints", "samples"] {
    let (first, second) = (try scratch.tree(a + "/" + name), try scratch.tree(b + "/" + name))
    #expect(!first.isEmpty, sourceLocation: sourceLocation)
    #expect(differences(first, second) == [], "\(name) of \(a) and \(b)", sourceLocation: sourceLocation)
  }
  #expect(try scratch.results(a) == scratch.results(b), "metrics of \(a) and \(b)", sourceLocation: sourceLocation)
  for run in [a, b] {
    let names = try scratch.tree(run).keys.filter { !$0.hasPrefix("checkpoints/") && !$0.hasPrefix("samples/") }
    let others = names.filter { !$0.hasPrefix("events.out.tfevents.") }
    #expect(
      others.sorted() == ["config.yaml", "environment.json", "lock", "metrics.jsonl"], "what is left of \(run)",
      sourceLocation: sourceLocation)
  }
}
