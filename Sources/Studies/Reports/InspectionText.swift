public import Checkpoints
internal import Configuration
internal import Files
internal import Foundation

extension Inspection: CustomStringConvertible {
  /// For people: what it is a checkpoint of, its settings, and the tables of its files.
  public var description: String {
    var lines: [String] = []
    if let manifest {
      var facts: [(String, String)] = [("checkpoint", checkpoint ?? "")]
      if let checkpoints { facts.append(("checkpoints of the run", grouped(checkpoints))) }
      if let best {
        facts.append(("best", "step \(grouped(best.step)), \(best.score) \(EvaluationText.digits(best.value))"))
      }
      facts += [
        ("step", grouped(manifest.step)),
        (
          "updates",
          "generator \(grouped(manifest.generatorUpdates)), discriminator "
            + grouped(manifest.discriminatorUpdates)
        ),
        ("data fingerprint", manifest.dataFingerprint),
      ]
      if let names = manifest.classNames { facts.append(("classes", Self.list(names))) }
      if let metricsLine { facts.append(("last metrics", metricsLine)) }
      lines += TextTable.lines(facts.map { [$0.0, $0.1] }, rightFrom: 2)
      lines += ["", "settings"]
      let keys = TrainingSettings.settingKeys.filter { manifest.settings[$0] != nil }
      lines += TextTable.lines(keys.map { ["  " + $0, manifest.settings[$0] ?? ""] }, rightFrom: 2)
    }
    for file in files { lines += (lines.isEmpty ? [] : [""]) + file.lines }
    let alarms = files.flatMap { file in
      file.tensors.filter { $0.nonfinite > 0 }.map {
        "NOT FINITE: \(grouped($0.nonfinite)) of \(grouped($0.count)) numbers of \($0.name) in \(file.name)"
      }
        + file.spectra.filter(\.isStale).map {
          "STALE: the stored σ of \($0.layer) in \(file.name) is not uᵀWv of its weight"
        }
    }
    if !alarms.isEmpty { lines += [""] + alarms.map(\.shown) }
    return lines.joined(separator: "\n")
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: "; ") + (names.count > 10 ? "; … (\(grouped(names.count)))" : "")
  }
}

extension FileSummary {
  /// The tables of tensors and of spectral norms.
  fileprivate var lines: [String] {
    let numbers = tensors.reduce(0) { $0 + $1.count }
    let norm = tensors.filter(\.isParameter).reduce(0) { $0 + ($1.norm ?? 0) * ($1.norm ?? 0) }.squareRoot()
    let size =
      parameters.map { "\(grouped($0)) parameters of norm \(number(norm))" } ?? "\(grouped(numbers)) numbers"
    var lines = ["\(name): \(size) in \(grouped(tensors.count)) tensors".shown]
    lines += metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)".shown }
    let header = ["  tensor", "type", "shape", "norm", "largest"]
    lines += TextTable.lines(
      [header]
        + tensors.map {
          let shape = $0.shape.isEmpty ? "scalar" : $0.shape.map(String.init).joined(separator: "×")
          let mark = $0.nonfinite > 0 ? ["NOT FINITE"] : []
          return ["  " + $0.name, $0.dtype, shape, number($0.norm), number($0.largest)] + mark
        }, rightFrom: 2)
    if !spectra.isEmpty {
      let header = ["  spectral norm of", "stored σ", "uᵀWv", "‖W‖₂", "σ/‖W‖₂"]
      lines += TextTable.lines(
        [header]
          + spectra.map {
            ["  " + $0.layer, number($0.sigma), number($0.product), number($0.norm), number($0.sigma / $0.norm)]
              + ($0.isStale ? ["STALE"] : [])
          }, rightFrom: 1)
    }
    let gammas = parameters == nil ? [] : tensors.filter { $0.name.hasSuffix(".gamma") }
    lines += TextTable.lines(gammas.map { ["  γ of " + $0.name.dropLast(6), number($0.value)] }, rightFrom: 1)
    return lines
  }

  private func number(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value.isFinite ? String(format: "%.6g", value) : "NOT FINITE"
  }
}
