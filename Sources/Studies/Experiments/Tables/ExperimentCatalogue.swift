/// Which tables there are at a scale, with all settings of their rows.
package struct ExperimentCatalogue: Sendable {
  /// How long runs are.
  package let scale: ExperimentScale
  /// The main data.
  package let data: ExperimentData
  /// Photographs, for scales that have runs on them; `nil` where they are left out.
  package let photographs: ExperimentData?
  /// Networks that make the features of scores, on the main data and on photographs.
  package let extractor: String, photographExtractor: String
  /// What the user has changed in all rows; `steps` are those of systems with one discriminator update a step.
  package let changes: [NamedText]

  /// A catalogue.
  package init(
    scale: ExperimentScale, data: ExperimentData, photographs: ExperimentData?, extractor: String = "auto",
    photographExtractor: String = "classifier", changes: [NamedText] = []
  ) {
    (self.scale, self.data, self.photographs) = (scale, data, photographs)
    (self.extractor, self.photographExtractor, self.changes) = (extractor, photographExtractor, changes)
  }

  /// The tables of experiments, in their order.
  package func tables(_ names: [ExperimentName]) -> [ExperimentTable] {
    names.flatMap { name -> [ExperimentTable] in
      let main = ExperimentTable(
        name: name, data: data, rows: rows(name), publishedHeading: data.isCIFAR && name == .table2 ? cifar : imageNet)
      guard name == .table1, let photographs, scale.numbers.photographs != nil else { return [main] }
      let further = ExperimentTable(
        name: name, data: photographs, rows: table1(on: photographs), publishedHeading: imageNet)
      return [main, further]
    }
  }

  private var imageNet: String { "ImageNet at 128×128, 1,000 classes, 10⁶ steps, Inception's features" }
  private var cifar: String { "CIFAR-10 at full width and length, Inception's features" }

  private func rows(_ name: ExperimentName) -> [ExperimentRow] {
    switch name {
    case .table2: table2
    case .figure3: figure3
    case .table1: table1(on: data)
    }
  }

  // MARK: What rows share

  /// The preset of a system on some data.
  func preset(_ system: String, _ data: ExperimentData) -> String {
    data.isPhotographs ? "photos64" : system + String(data.resolution)
  }

  /// A row with the settings that follow from its data and length.
  ///
  /// - Parameters:
  ///   - label: What the report calls it.
  ///   - system: The preset's name without the resolution.
  ///   - data: The images.
  ///   - updates: Discriminator updates of a step, as the preset has them.
  ///   - differences: What makes the row.
  ///   - published: What others have published for it.
  ///   - note: What a reader should know.
  /// - Returns: The row.
  func row(
    _ label: String, _ system: String, on data: ExperimentData, updates: Int = 1, _ differences: [NamedText] = [],
    published: [PublishedScore] = [], note: String? = nil
  ) -> ExperimentRow {
    ExperimentRow(
      label: label, preset: preset(system, data), differences: differences + changes.filter { $0.name != "steps" },
      common: common(on: data, updates: updates), published: published, note: note)
  }

  private func common(on data: ExperimentData, updates: Int) -> [NamedText] {
    let numbers = scale.numbers
    let isPhotographs = data.isPhotographs
    let own = isPhotographs ? numbers.photographs : nil
    let wantedSteps = changes.last { $0.name == "steps" }.flatMap { Int($0.value) }
    let (samples, evaluations) = (own?.samples ?? numbers.samples, own?.evaluations ?? numbers.evaluations)
    let scoring = [
      NamedText("evaluate-samples", samples),
      NamedText("evaluate-extractor", isPhotographs ? photographExtractor : extractor), NamedText("keep-best", "fd"),
    ]
    guard !scale.isPublished else {
      // The presets' own lengths: 10⁶ steps, and 450,000 of five discriminator updates; at 32 pixels 100,000 and 50,000.
      let steps =
        wantedSteps
        ?? (data.resolution == 32 ? (updates > 1 ? 50_000 : 100_000) : updates > 1 ? 450_000 : numbers.steps)
      return [NamedText("steps", steps), NamedText("evaluate-every", max(steps / evaluations, 1))] + scoring
    }
    // All see as many real images: a step of five updates sees five batches.
    let steps = max((wantedSteps ?? own?.steps ?? numbers.steps) / updates, 1)
    let every = max(steps / evaluations, 1)
    var result = [
      NamedText("steps", steps), NamedText("width", ExperimentScale.narrow.width),
      NamedText("batch", ExperimentScale.narrow.batch), NamedText("shards", ExperimentScale.narrow.shards),
      // Weights are averaged over the same part of each run: a fortieth, after a tenth of it.
      NamedText("average-decay", String(max(1 - 40 / Double(steps), 0))),
      NamedText("average-start", steps / 10),
      NamedText("log-every", max(every / 4, 1)), NamedText("sample-every", every),
      NamedText("checkpoint-every", every), NamedText("keep", 1), NamedText("evaluate-every", every),
    ]
    // A recipe's decay ends where the run does: SNGAN's begins at once, that of photographs in the middle.
    if updates > 1 || isPhotographs {
      result += [NamedText("decay-start", isPhotographs ? steps / 2 : 0), NamedText("decay-end", steps)]
    }
    return result + scoring
  }
}
