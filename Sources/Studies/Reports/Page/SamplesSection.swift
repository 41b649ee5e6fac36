internal import Checkpoints
internal import Files
internal import Sampling

/// The grids of runs over time, and the last ones.
struct SamplesSection {
  private let runs: [RunRecord]

  init(_ runs: [RunRecord]) { self.runs = runs }

  /// The last grid of each run, and that of its best checkpoint.
  ///
  /// - Parameter characters: How many characters of the page the pictures may take.
  /// - Returns: The section.
  func last(characters: Int) -> HTML {
    let wanted = runs.flatMap { run in
      let last = run.grids.last
      let best = run.best.flatMap { best in run.grids.first { $0.step == best.step } }
      return [(run, best == last ? nil : best, true), (run, last, false)].compactMap { run, grid, isBest in
        grid.map { (run, $0, isBest) }
      }
    }
    guard !wanted.isEmpty else { return .section("final", "Final samples", Self.nothing) }
    let figures = wanted.map { figure($0, $1, isBest: $2, characters: characters / wanted.count) }
    return .section("final", "Final samples", "<div class=\"runs final\">\n\(figures)</div>\n")
  }

  private static let nothing: HTML = "<p>There are no grids of samples yet.</p>\n"

  private func figure(_ run: RunRecord, _ grid: GridFile, isBest: Bool, characters: Int) -> HTML {
    let isBestToo = !isBest && run.best?.step == grid.step
    let kind = isBest ? "best checkpoint" : isBestToo ? "last grid, of the best checkpoint" : "last grid"
    let title = (runs.count > 1 ? run.name + ": " : "") + "step \(grouped(grid.step)), \(kind)"
    do throws(FileError) {
      let bytes = try InputFile(path: grid.path).bytes(limit: grid.byteCount)
      let picture = try PagePicture(bytes, name: grid.path, limit: characters / 4 * 3)
      let size = picture.reduction > 1 ? ", at 1/\(picture.reduction) of its size" : ""
      return """
        <figure>
        \(picture.element(alt: alt(run, grid), around: 640))
        <figcaption>\(title)\(size)\(rows(run))</figcaption>
        </figure>

        """
    } catch {
      return "<p>The grid of step \(grouped(grid.step)) cannot be shown: \(error.sentence)</p>\n"
    }
  }

  /// The classes of the rows.
  private func rows(_ run: RunRecord) -> HTML {
    guard let names = classNames(run) else { return .empty }
    return "<br><span class=\"faint\">Rows from the top: \(names.joined(separator: "; ")).</span>"
  }

  private func classNames(_ run: RunRecord) -> [String]? {
    guard let names = run.classNames, !names.isEmpty else { return nil }
    return SampleSelection(gridOf: names.count).classes.map { names[$0] }
  }

  private func alt(_ run: RunRecord, _ grid: GridFile) -> String {
    let classes =
      classNames(run).map { ", \($0.count) rows of one class each, from \($0[0]) to \($0[$0.count - 1])" } ?? ""
    return "Grid of generated samples of \(run.name) after step \(grouped(grid.step))\(classes)"
  }

  /// Grids over time with a slider.
  ///
  /// - Parameter characters: How many characters of the page the pictures may take.
  /// - Returns: The section, and whether there is something to slide over.
  func overTime(characters: Int) -> (html: HTML, slides: Bool) {
    var (content, slides) = (HTML.empty, false)
    for (index, run) in runs.enumerated() {
      if runs.count > 1 { content += "<div><h3>\(run.name)</h3>\n" }
      let choice = GridChoice(run.grids, characters: characters / runs.count)
      if choice.frames.count > 1 { slides = true }
      content += choice.frames.isEmpty ? Self.nothing : timeline(run, choice, number: index)
      for note in choice.notes {
        content += "<p class=\"faint\">\(note.prefix(1).uppercased() + note.dropFirst()).</p>\n"
      }
      if runs.count > 1 { content += "</div>\n" }
    }
    let all: HTML = runs.count > 1 ? "<div class=\"runs\">\n\(content)</div>\n" : content
    let intro: HTML = "<p>The same latent vectors throughout, drawn with the moving average of the weights.</p>\n"
    return (.section("samples", "Samples over time", slides ? intro + all : all), slides)
  }

  private func timeline(_ run: RunRecord, _ choice: GridChoice, number: Int) -> HTML {
    let frames = choice.frames
    // What is printed: the first, the last, and one between.
    let keys: Set = [0, (frames.count - 1) / 2, frames.count - 1]
    let figures = frames.enumerated().map { index, frame -> HTML in
      let kind: HTML = keys.contains(index) ? " class=\"key\"" : .empty
      let grid = GridFile(step: frame.step, path: "", byteCount: 0)
      return """
        <figure\(kind) data-step="\(grouped(frame.step))">
        \(frame.picture.element(alt: alt(run, grid), around: 640))
        <figcaption>step \(grouped(frame.step))</figcaption>
        </figure>

        """
    }
    guard frames.count > 1 else { return "<div class=\"frames\">\n\(figures)</div>\n" }
    return """
      <div class="timeline">
      <div class="controls" hidden><label for="slider\(number)">Step</label>
      <input type="range" id="slider\(number)" min="0" max="\(frames.count - 1)" value="\(frames.count - 1)" step="1" \
      autocomplete="off"><output for="slider\(number)"></output></div>
      <div class="frames" role="group" tabindex="0" aria-label="Samples of \(run.name) over time">
      \(figures)</div>
      </div>

      """
  }
}
