import ArgumentParser
import Configuration
import Evaluation
import Experiments
import Files

/// What runs of experiments have in common.
struct ExperimentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "quick: minutes, one seed; small: hours, three seeds; paper: the published settings (default: that of the folder, else quick).",
      valueName: "quick|small|paper"))
  var scale: ExperimentScale?

  @Option(
    help: ArgumentHelp("Folder of experiments (default: experiments/SCALE).", valueName: "DIR"), completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp("Images to train on (default: fashion-mnist, and for paper synthetic).", valueName: "DATA"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Photographs for Table 1 of the scale small, or none (default: folder:data/photographs, which make photographs makes). Images of "
        + "the same classes in DIR-reference score finished runs.", valueName: "folder:DIR|none"))
  var photographs: String?

  @Option(
    help: ArgumentHelp("Seeds of each row, from 0 (default: from the scale).", valueName: "N"), transform: Int.reading)
  var seeds: Int?

  @Option(
    help: ArgumentHelp(
      "Change a setting in all rows; may be repeated. steps is the length of systems with one discriminator update a step.",
      valueName: "key=value"))
  var set: [String] = []

  mutating func validate() throws {
    if let seeds, !(1...1000).contains(seeds) {
      throw ValidationError("expected --seeds from 1 to 1000 and found \(seeds)")
    }
  }

  /// Settings that experiments decide themselves.
  private static let own: Set = ["seed", "data", "preset", "evaluate-extractor", "from", "cache"]

  /// What the runs have in common: what the folder has, where options leave it open.
  ///
  /// - Parameter names: The experiments.
  /// - Returns: It, and the folder.
  /// - Throws: A `ReportedError` where options do not fit, or photographs are missing.
  func state(for names: [ExperimentName]) throws -> (state: ExperimentState, out: String) {
    let out = out ?? "experiments/" + (scale ?? .quick).rawValue
    let known = try ExperimentState.read(of: out)
    let scale = scale ?? known?.scale ?? .quick
    let same = known?.scale == scale ? known : nil
    var changes: [NamedText] = []
    for text in set {
      let assignment = try SettingAssignment(parsing: text)
      guard !Self.own.contains(assignment.key) else {
        throw ConfigurationError(
          "expected a setting that rows can share and found --set \(text); experiments choose \(assignment.key) themselves"
        )
      }
      changes.append(NamedText(assignment.key, assignment.value))
    }
    let usual = try ExperimentData(nil, at: scale).text
    let found = try photographs(names, scale, same)
    let state = ExperimentState(
      scale: scale, data: data ?? same?.data ?? usual, photographs: found.text, photographReference: found.reference,
      extractor: same?.extractor ?? (scale.isPublished ? Self.available(nil) : "classifier"),
      photographExtractor: same.flatMap { $0.hasPhotographs ? $0.photographExtractor : nil }
        ?? Self.available(.lite0(nil)),
      changes: set.isEmpty ? same?.changes ?? [] : changes, seeds: seeds ?? same?.seeds ?? scale.numbers.seeds)
    return (state, out)
  }

  /// The photographs of a scale that has runs on them, and others of the same classes.
  private func photographs(
    _ names: [ExperimentName], _ scale: ExperimentScale, _ known: ExperimentState?
  ) throws -> (text: String?, reference: String?) {
    guard scale.numbers.photographs != nil else { return (nil, nil) }
    if let text = known?.photographs, photographs == nil || photographs == text {
      return (text, known?.photographReference)
    }
    guard photographs != ExperimentState.leftOut else { return (photographs, nil) }
    let text = photographs ?? "folder:data/photographs"
    let folder = text.hasPrefix("folder:") ? String(text.dropFirst("folder:".count)) : nil
    if let folder, FileStatus(folder) == nil {
      guard photographs != nil || names.contains(.table1) else { return (nil, nil) }
      throw FileError(
        .missing,
        "expected photographs in '\(folder)' and found none; make them with make photographs, name others with --photographs, or leave "
          + "them out with --photographs none")
    }
    _ = try ExperimentData.photographs(text, reference: nil)
    let reference = folder.map { $0 + "-reference" }.flatMap { FileStatus($0) == nil ? nil : "folder:" + $0 }
    return (text, reference)
  }

  /// The network that makes the features of scores: the wanted one if its file is where it is looked for, else the classifier.
  private static func available(_ wanted: ExtractorChoice?) -> String {
    guard var settings = try? TrainingSettings.preset(named: "tiny") else { return "classifier" }
    (settings.evaluateEvery, settings.evaluateExtractor) = (1, wanted)
    guard (try? settings.resolveExtractor()) != nil else { return "classifier" }
    return String((settings.evaluateExtractor ?? .classifier).description.prefix { $0 != ":" })
  }
}
