internal import Files
internal import Foundation

/// What was done where, and how it is done again.
struct PlaceBlocks {
  private let state: ExperimentState
  private let plan: RunPlan
  private let names: [ExperimentName]
  private let folder: String
  private let runs: [FinishedRun]

  init(_ state: ExperimentState, _ plan: RunPlan, _ names: [ExperimentName], folder: String, runs: [FinishedRun]) {
    (self.state, self.plan, self.names, self.folder, self.runs) = (state, plan, names, folder, runs)
  }

  /// The blocks.
  var blocks: [ReportBlock] {
    var blocks: [ReportBlock] = [.heading(level: 2, "Repeat it")]
    blocks.append(
      .paragraph(
        "This makes all runs that have no record yet, and the report. Ranks and threads change how long it takes, not one bit of the "
          + "scores (same build, same kind of processor)."))
    blocks.append(.commands([command("run") + options, command("report")]))
    var seen: Set<String> = []
    let trains = plan.tables.indices.flatMap { table in
      plan.tables[table].rows.indices.compactMap { row -> (label: String, key: RunKey)? in
        let key = plan.key(row: row, table: table)
        return seen.insert(key.description).inserted ? (plan.tables[table].rows[row].label, key) : nil
      }
    }
    blocks.append(.paragraph("Each run is an ordinary run. The commands of seed 0:"))
    blocks.append(
      .commands(
        trains.compactMap { item in
          plan.runs.first { $0.key == item.key }.map { run in
            "sagan train "
              + (run.arguments + ["--out", "runs/" + run.name]).map(\.quotedForShell).joined(separator: " ")
          }
        }))
    guard !runs.isEmpty else { return blocks }
    return blocks + [.heading(level: 2, "Where it was made")] + places
  }

  private func command(_ verb: String) -> String {
    let list = names == ExperimentName.allCases ? "all" : names.map(\.rawValue).joined(separator: ",")
    return "sagan experiment \(verb) \(list) --out \(folder.quotedForShell)"
  }

  private var options: String { " " + state.options.map(\.quotedForShell).joined(separator: " ") }

  private var places: [ReportBlock] {
    var order: [FinishedRun.Place] = []
    var groups: [FinishedRun.Place: [FinishedRun]] = [:]
    for run in runs {
      if groups[run.place] == nil { order.append(run.place) }
      groups[run.place, default: []].append(run)
    }
    let rows = order.map { place -> [String] in
      let own = groups[place] ?? []
      return [
        place.hosts.joined(separator: ", "), place.processor ?? "unknown", "\(place.ranks) × \(place.threads)",
        "sagan \(place.program) for \(place.instructionSet)", place.sourceCommit.map { String($0.prefix(12)) } ?? "–",
        "\(own.count)", fixed(own.reduce(0) { $0 + $1.allSeconds } / 3600, 2),
      ]
    }
    let data = Dictionary(grouping: runs) { run in run.setting("data") ?? "?" }
    let prints = data.sorted { $0.key < $1.key }.map { name, runs in
      let all = Set(runs.map(\.dataFingerprint)).sorted()
      return "\(name): \(all.joined(separator: ", "))"
        + (all.count > 1 ? " – these runs did not have the same images, and cannot be compared" : "")
    }
    var blocks: [ReportBlock] = [
      .table(
        label: "Places",
        head: ["hosts", "processor", "ranks × threads", "program", "commit", "runs", "hours"], rows: rows),
      .paragraph("Fingerprints of the images:"), .list(prints),
    ]
    if Set(runs.map(\.place.instructionSet)).count > 1 {
      blocks.append(
        .paragraph(
          "The runs were made by builds for different instructions, which round differently: rows differ by that as well."
        ))
    }
    return blocks
  }
}
