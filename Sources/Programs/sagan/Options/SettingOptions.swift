import Configuration
public import ArgumentParser
import Datasets
import Kernels

/// What `sagan train` takes that decides the settings of a run.
struct SettingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Networks and recipe (default: from --config, or from the run to continue). See sagan presets.", valueName: "NAME"
    ),
    completion: .list(TrainingSettings.presetNames))
  var preset: String?

  @Option(help: ArgumentHelp("File of settings, one 'key: value' a line.", valueName: "FILE.yaml"), completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Change any setting; may be repeated. Overrides --config; options such as --steps override it.",
      valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("\(DataSpecification.kinds) (default: from the preset).", valueName: "DATA"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Folder for decoded images (default: the folder cache beside --out).", valueName: "DIR"),
    completion: .directory)
  var cache: String?

  @Flag(help: "Leave out images that cannot be read, and report them.")
  var skipBadImages = false

  @Option(
    help: ArgumentHelp(
      "Share of the images, such as 10%, that training never reads, for scores (default: none).", valueName: "PERCENT"))
  var heldOut: String?

  @Option(
    help: ArgumentHelp(
      "Change real and generated images before the discriminator judges them (colour, translation, cutout), for data of few "
        + "images: none or differentiable (default: from the preset).", valueName: "none|differentiable"))
  var augment: TrainingSettings.Augmentation?

  @Option(
    help: ArgumentHelp("Total number of steps (default: from the preset).", valueName: "N"), transform: Int.reading)
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Real images of a discriminator update, over all ranks (default: from the preset). The generator's batch keeps its "
        + "ratio to it.", valueName: "N"), transform: Int.reading)
  var batch: Int?

  @Option(
    help: ArgumentHelp("Shards that a batch is cut into; ranks share them (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var shards: Int?

  @Option(help: ArgumentHelp("Random seed (default 0).", valueName: "N"), transform: UInt64.reading)
  var seed: UInt64?

  @Option(help: ArgumentHelp("Number of classes (default: from the data).", valueName: "N"), transform: Int.reading)
  var classes: Int?

  @Option(
    help: "Convolution algorithm: fast, or direct for comparison (default: SAGAN_CONV if it is set, otherwise fast).")
  var conv: ConvolutionAlgorithm?

  @Option(
    help: ArgumentHelp(
      "Samples over which batch norm takes mean and variance in training: those of one shard, or the whole batch "
        + "(default: from the preset).", valueName: "shard|global"))
  var batchNorm: TrainingSettings.BatchNormScope?

  mutating func validate() throws {
    if let preset, !TrainingSettings.presetNames.contains(preset) {
      throw ValidationError(TrainingSettings.unknownPreset(preset, origin: "--preset"))
    }
  }

  /// Where the settings of a run come from: the options, the file, the continued run and the preset.
  ///
  /// - Parameters:
  ///   - run: The settings of the run to continue, if there is one.
  ///   - flags: What further options say.
  /// - Returns: The sources.
  /// - Throws: A `ReportedError` for what is no setting, or no file.
  func sources(continuing run: ConfigurationFile?, flags: [SettingAssignment]) throws -> SettingSources {
    if let data { _ = try DataSpecification(parsing: data) }
    var assignments: [SettingAssignment] = []
    for text in set { assignments.append(try SettingAssignment(parsing: text)) }
    assignments += [
      assignment("data", data), assignment("cache", cache), assignment("skip-bad-images", skipBadImages ? true : nil),
      assignment("held-out", heldOut), assignment("augment", augment?.rawValue),
      assignment("steps", steps), assignment("batch", batch), assignment("shards", shards), assignment("seed", seed),
      assignment("classes", classes), assignment("conv", conv?.rawValue),
      assignment("batch-norm", batchNorm?.rawValue),
    ].compactMap { $0 }
    return SettingSources(
      preset: preset, environment: Launch.environmentSettings, run: run,
      file: try config.map { try ConfigurationFile(path: $0) },
      assignments: assignments + flags)
  }

  /// The settings that sources make.
  ///
  /// - Parameter sources: Where they come from.
  /// - Returns: Validated settings; classes and image channels may be unknown.
  /// - Throws: A `ReportedError`, or a fault of usage if nothing says which preset to begin with.
  static func settings(of sources: SettingSources) throws -> TrainingSettings {
    guard sources.hasPreset else {
      throw ValidationError(
        "expected --preset NAME, a preset in the file of --config, or --resume with a run to continue; sagan presets "
          + "lists the presets")
    }
    let result = try sources.settings()
    try result.validate()
    return result
  }
}

/// What an option says about the setting of the same name, if it was given.
func assignment(_ key: String, _ value: (some CustomStringConvertible)?) -> SettingAssignment? {
  value.map { SettingAssignment(key: key, value: $0.description, origin: "--" + key) }
}

extension TrainingSettings.BatchNormScope: ExpressibleByArgument {}
extension TrainingSettings.Augmentation: ExpressibleByArgument {}
