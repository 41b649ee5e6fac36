internal import Checkpoints
internal import Files

/// Takes `metrics.jsonl` back to the step that a run goes on from.
///
/// Two things go: lines of later steps, and a last line that a kill has cut off. Everything else stays as it is, whoever
/// wrote it; where it stands among lines that go, the file as it was is kept as well.
struct MetricsRepair {
  private let folder: Folder
  private let stays: (Int) -> Bool

  /// A repair of a run directory's file.
  ///
  /// - Parameters:
  ///   - folder: The run directory.
  ///   - stays: Whether the line of a step is one of the run.
  init(_ folder: Folder, keeping stays: @escaping (Int) -> Bool) { (self.folder, self.stays) = (folder, stays) }

  private enum Verdict {
    case stays
    case goes
    case isUnfamiliar
  }

  /// Repairs the file, if there is one.
  ///
  /// - Returns: What a person should know of lines that this program did not write; `nil` where there are none.
  /// - Throws: `FileError` if the file cannot be read or written.
  func run() throws(FileError) -> String? {
    // Whoever opens what is no file says so.
    guard folder.holds(RunFiles.metrics) else { return nil }
    let path = folder.path(of: RunFiles.metrics)
    let file = try InputFile(path: path)
    var lines = LineReader(file)
    var (number, cut, keepsAfterCut, lacksEnd): (Int, Int?, Bool, Bool) = (0, nil, false, false)
    var (unfamiliar, first) = (0, 0)
    while let line = try lines.next() {
      number += 1
      let verdict = verdict(of: line)
      if verdict == .goes {
        cut = cut ?? line.range.lowerBound
        continue
      }
      if verdict == .isUnfamiliar {
        unfamiliar += 1
        if unfamiliar == 1 { first = number }
      }
      if cut != nil { keepsAfterCut = true }
      lacksEnd = !line.isEnded
    }
    var copy: String?
    if let cut, keepsAfterCut {
      copy = try folder.link(RunFiles.metrics, asFree: RunFiles.metrics + ".kept")
      try rewrite(file, from: cut)
    } else if let cut {
      try AppendedFile(RunFiles.metrics, in: folder).cut(to: cut)
    } else if lacksEnd {
      try AppendedFile(RunFiles.metrics, in: folder).append([UInt8(ascii: "\n")])
    }
    guard unfamiliar > 0 || copy != nil else { return nil }
    let found =
      unfamiliar > 0
      ? "holds \(counted(unfamiliar, "line")) that this program did not write, the first of them line \(first); they stay"
      : "holds lines that are not in the order of steps"
    return "'\(path)' \(found)\(copy.map { ", and the file as it was is kept as '\($0)'" } ?? "")"
  }

  /// Writes the file anew without the lines that go.
  private func rewrite(_ file: InputFile, from cut: Int) throws(FileError) {
    let output = try OutputFile(RunFiles.metrics, in: folder)
    var lines = LineReader(file)
    while let line = try lines.next() {
      guard verdict(of: line) != .goes else { continue }
      for start in stride(from: line.range.lowerBound, to: line.range.upperBound, by: 1 << 20) {
        let count = min(1 << 20, line.range.upperBound - start)
        try output.append(try file.elements(of: UInt8.self, count: count, at: start))
      }
      try output.append([UInt8(ascii: "\n")])
    }
    _ = try output.finish()
    try folder.flush()
  }

  private func verdict(of line: LineReader.Line) -> Verdict {
    if line.isWhole, let step = Self.step(of: line.bytes) { return stays(step) ? .stays : .goes }
    // A kill leaves the beginning of a line, and a power cut leaves zeros in its place.
    let isTorn = !line.isEnded && (line.bytes.first == UInt8(ascii: "{") || line.bytes.first == 0)
    return isTorn ? .goes : .isUnfamiliar
  }

  /// The step of a whole line; `nil` for anything else.
  private static func step(of line: [UInt8]) -> Int? {
    let prefix = Array("{\"step\":".utf8)
    var line = line[...]
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    let isOwn = line.starts(with: prefix) && line.last == UInt8(ascii: "}")
    if isOwn {
      let digits = line.dropFirst(prefix.count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    struct Line: Decodable { let step: Int }
    return (try? JSONText.decode(Line.self, from: Array(line)))?.step
  }
}
