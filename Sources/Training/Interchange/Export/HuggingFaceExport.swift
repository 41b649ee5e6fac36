internal import Checkpoints
internal import Configuration
internal import Files
internal import Formats
internal import Foundation
internal import Networks
internal import Runs

/// A folder for the Hugging Face Hub: weights, their table, a class that reads them, a card, and a sheet of samples.
struct HuggingFaceExport {
  let run: ExportRun
  let tensors: NetworkTensors
  let isRaw: Bool

  /// The names of what it writes.
  static let files = ["config.json", "model.safetensors", PyTorchClass.fileName, "samples.png", "README.md"]

  /// `config.json`.
  private struct Config: Encodable {
    let modelType = "sagan"
    let resolution: Int
    let latentSize: Int
    let classes: Int
    let channels: Int
    let classNames: [String]?
    let weights: String
    let step: Int
    let program: String
    /// The generator's table, which the header of the weights has as well.
    let architecture: String
  }

  func write(to folder: String, isForced: Bool, sheet: (_ path: String) throws -> Void) throws -> [String] {
    let (configuration, manifest) = (run.configuration, run.checkpoint.manifest)
    func file(_ name: String, _ text: String) throws(FileError) {
      try OutputFile.write(Array(text.utf8), to: folder + "/" + name, isForced: isForced)
    }
    let config = Config(
      resolution: configuration.resolution, latentSize: configuration.latentSize, classes: configuration.classes,
      channels: configuration.imageChannels, classNames: manifest.classNames, weights: isRaw ? "raw" : "average",
      step: manifest.step, program: "sagan \(ProgramVersion.number)", architecture: configuration.generator.json)
    try file("config.json", JSONText.encode(config, isPretty: true) + "\n")
    var writer = SafetensorsWriter(metadata: ["format": "pt", "architecture": configuration.generator.json])
    for name in tensors.names { writer.add(name, shape: tensors.shape(name)) { tensors.numbers(name) } }
    try writer.write(to: try OutputFile(path: folder + "/model.safetensors", isForced: isForced))
    try file(PyTorchClass.fileName, PyTorchClass.text)
    try sheet(folder + "/samples.png")
    try file("README.md", card)
    return [
      "config.json, model.safetensors, \(PyTorchClass.fileName), samples.png, README.md: a folder for the Hugging Face Hub",
      run.scores.isEmpty
        ? "README.md has no scores, as the run has no evaluation of this checkpoint; add them with sagan evaluate and --scores"
        : "README.md has the scores of \(counted(run.scores.count, "evaluation"))",
    ]
  }

  // MARK: The card

  private var card: String {
    let (configuration, manifest) = (run.configuration, run.checkpoint.manifest)
    let kind = configuration.settings.generatorAttention.isEmpty ? "GAN" : "SAGAN"
    return """
      ---
      library_name: pytorch
      pipeline_tag: unconditional-image-generation
      tags:
      - gan
      - sagan
      - class-conditional
      \(results)---

      # Class-conditional \(kind), \(configuration.resolution) × \(configuration.resolution)

      ![Samples, one row per class](samples.png)

      A generator of \(configuration.classes) classes, with the \(isRaw ? "trained weights" : "moving average of the weights") after \
      \(manifest.step == 1 ? "1 step" : grouped(manifest.step) + " steps"), made by sagan \(ProgramVersion.number).

      ```python
      \("import torch")
      from pytorch_generator import load_generator

      generator = load_generator("model.safetensors")
      images = generator(torch.randn(2, generator.latent_size), torch.tensor([0, \(configuration.classes - 1)]))
      ```

      Images are [n, \(configuration.imageChannels), \(configuration.resolution), \(configuration.resolution)], in −1…1. `config.json` has \
      the generator's table\(manifest.classNames == nil ? "" : " and the names of the classes by label").
      \(conditions)
      """
  }

  /// The model index, which the Hub shows as a table.
  private var results: String {
    guard !run.scores.isEmpty else { return "" }
    var text = "model-index:\n- name: sagan\n  results:\n"
    for evaluation in run.scores {
      text += "  - task:\n      type: image-generation\n    dataset:\n      type: images\n      name: "
      text +=
        Self.quoted(evaluation.conditions.first { $0.name == "reference" }?.value ?? "images") + "\n    metrics:\n"
      for score in evaluation.scores {
        text += "    - type: \(Self.quoted(score.name))\n      value: \(Self.digits(score.value))\n"
      }
    }
    return text
  }

  private var conditions: String {
    run.scores.map { evaluation in
      "\n## Scores\n\n| score | value |\n|---|---|\n"
        + evaluation.scores.map { "| \(Self.cell($0.name)) | \(Self.digits($0.value)) |\n" }.joined()
        + "\nTaken with "
        + evaluation.conditions.map { "\(Self.cell($0.name)) \(Self.cell($0.value))" }.joined(separator: ", ")
        + ".\n"
    }.joined()
  }

  /// As many digits as scores are quoted with.
  private static func digits(_ value: Double) -> String { String(format: "%.5g", value) }

  /// A text of a file as one in YAML.
  private static func quoted(_ text: String) -> String { JSONText.quoted(text.shown) }

  /// A text of a file in a table of Markdown.
  private static func cell(_ text: String) -> String {
    let shown = text.shown
    return String(shown.map { "|`*_<>[]\\".contains($0) ? " " : $0 })
  }
}
