internal import Checkpoints
public import Configuration
internal import DataParallel
internal import Datasets
internal import Files
internal import Layers
public import Logging
internal import Networks
internal import Optimizers
internal import Runs
internal import Tensors
internal import Threads
internal import Trainer

/// Makes a run of a peer's weights.
///
/// Nothing is written before everything has been read and understood. The run's checkpoint is that of step 0 with Adam's moments at 0.
public struct ImportRun {
  /// What the weights and the user decide together.
  public let settings: TrainingSettings
  private let peer: Peer
  private let generator: PeerFile
  private let discriminator: PeerFile?
  private let average: PeerFile?
  private let namesData: Bool
  private let logger: Logger

  /// Opens a peer's files and finds the settings that stand for its networks.
  ///
  /// - Parameters:
  ///   - peer: Whose they are.
  ///   - files: The files.
  ///   - sources: Other settings; a preset of the resolution is begun with where they name none.
  ///   - logger: Tells what is done.
  /// - Throws: `FileError` for files that cannot be imported, `ConfigurationError` for settings that do not fit to them.
  public init(_ peer: Peer, _ files: PeerFiles, _ sources: SettingSources, logger: Logger) throws {
    self.peer = peer
    self.logger = logger
    generator = try PeerFile(path: files.generator)
    average = try files.average.flatMap { try $0 == files.generator ? nil : PeerFile(path: $0) }
    discriminator = try files.discriminator.map { try PeerFile(path: $0) }
    namesData = sources.value(of: "data") != nil
    let shape = try peer.scheme.generator(in: generator)
    var found = try shape.settings(generator)
    if let discriminator {
      found += try peer.scheme.discriminator(in: discriminator).settings(beside: shape, discriminator)
    }
    // The average goes on from where it is; without one it is a copy for as long as the preset has it.
    if files.average != nil { found.append(("average-start", "0")) }
    let defaults = discriminator == nil ? shape.counterpart : []
    settings = try Self.settings(found, defaults, sources, shape, path: files.generator)
  }

  private static func settings(
    _ found: Settings, _ defaults: Settings, _ sources: SettingSources, _ shape: GeneratorShape, path: String
  ) throws -> TrainingSettings {
    var sources = sources
    for key in TrainingSettings.originKeys where sources.value(of: key) != nil {
      throw ConfigurationError(
        "expected no \(key) among the settings of an import, whose numbers come from the weights, and found "
          + "'\(sources.value(of: key) ?? "")'; leave it out")
    }
    let origin = "the weights in '\(path)'"
    for (key, value) in found where key != "average-start" {
      guard let wanted = sources.value(of: key), !TrainingSettings.isSame(wanted, value, for: key) else { continue }
      throw ConfigurationError(
        "\(origin) have \(key) \(value), and the settings \(wanted); leave out the setting, which the weights decide")
    }
    if !sources.hasPreset {
      let family = shape.isNormalized || !shape.attention.isEmpty ? "sagan" : "sngan-projection"
      sources.preset = shape.resolution == 64 ? "sagan64" : "\(family)\(shape.resolution)"
    }
    sources.assignments.insert(
      contentsOf: defaults.map { SettingAssignment(key: $0.key, value: $0.value, origin: origin) }, at: 0)
    sources.assignments += found.map { SettingAssignment(key: $0.key, value: $0.value, origin: origin) }
    let settings = try sources.settings()
    try settings.validate()
    return settings
  }

  /// Reads all numbers and writes the run.
  ///
  /// - Parameters:
  ///   - out: Its directory, which must not hold a run.
  ///   - threads: How many threads decode images.
  /// - Returns: Lines that say what was made of what.
  /// - Throws: A `ReportedError`; then nothing has been written but decoded images.
  public func write(to out: String, threads: Int) throws -> [String] {
    if RunFiles.hold(out) {
      throw FileError(.cannotCreate, "expected no run in '\(out)' and found one; choose another --out")
    }
    try RunDirectory.check(out, mayContinue: false)
    let (configuration, data) = try settings.resolved()
    var (numbers, note) = try read(configuration, threads: threads)
    let source = try data.open(
      DecodeOptions(cacheFolder: configuration.settings.cacheFolder(of: out), threads: threads, logger: logger),
      on: .alone())
    if !namesData {
      note.remarks.append(
        "data: none named, so the run's settings name synthetic images; name yours with --data when you score it or train "
          + "from it")
    }
    let contents = CheckpointContents(
      files: numbers.files, step: 0, generatorUpdates: 0, discriminatorUpdates: 0,
      dataFingerprint: source.fingerprint, classNames: namesData ? source.classNames : [],
      settings: configuration.settings.decisiveValues)
    try RunDirectory.checkSpace(out, for: numbers.files, configuration, after: 0)
    let directory = try RunDirectory(out, mayContinue: false)
    try directory.begin(configuration, with: contents, note: (RunFiles.imported, note.json))
    return note.lines
  }

  /// Reads all numbers and writes nothing.
  package func check() throws {
    var settings = settings
    settings.imageChannels = settings.imageChannels ?? 3
    _ = try read(TrainingConfiguration(settings), threads: 1)
  }

  private func read(
    _ configuration: TrainingConfiguration, threads: Int
  ) throws -> (numbers: ImportedNumbers, note: ImportNote) {
    try checkMemory(configuration)
    let pool = try WorkerPool(starting: threads)
    var note = ImportNote(program: peer.rawValue)
    let numbers = try ImportedNumbers(configuration, seed: settings.seed, pool: pool)
    try numbers.fillGenerator(from: generator, peer.scheme)
    try note.add(
      generator, as: average == nil && settings.averageStart == 0 ? "generator and its average" : "generator")
    if let average {
      try checkSame(average)
      try numbers.fillAverage(from: average, peer.scheme)
      try note.add(average, as: "average")
    } else {
      numbers.copyAverage()
      if settings.averageStart > 0 { note.remarks.append("average: no file, a copy of the generator") }
    }
    if let discriminator {
      try numbers.fillDiscriminator(from: discriminator, peer.scheme)
      try note.add(discriminator, as: "discriminator")
    } else {
      note.remarks.append("discriminator: no file, drawn from random numbers (seed \(settings.seed))")
    }
    if try peer.scheme.generator(in: generator).isBilinear == nil {
      note.remarks.append(
        "upsampling \(settings.generatorUpsampling.rawValue), shortcuts of the discriminator \(settings.discriminatorShortcut.rawValue): "
          + "the files do not tell; choose others with --set if they are")
    }
    note.remarks.append("optimizer: Adam's moments begin at 0")
    return (numbers, note)
  }

  /// Checks that the average is of the generator's shape.
  private func checkSame(_ average: PeerFile) throws {
    let (one, other) = (try peer.scheme.generator(in: generator), try peer.scheme.generator(in: average))
    guard one == other else {
      throw average.refusal(
        "its generator is another than that of '\(generator.path)'", advice: "name the average of the same run")
    }
  }

  private func checkMemory(_ configuration: TrainingConfiguration) throws(FileError) {
    let parameters = 3 * configuration.generator.parameterCount + 2 * configuration.discriminator.parameterCount
    let needed = parameters * MemoryLayout<Float>.stride * (configuration.beta1 == 0 ? 1 : 2)
    guard needed > 1 << 26, let available = AvailableMemory().byteCount, needed > available else { return }
    throw generator.refusal(
      "its run takes \(mebibytes(needed)) MiB, and \(mebibytes(available)) MiB of memory are available",
      advice: "use a larger machine")
  }
}

extension TrainingSettings {
  /// Whether two texts are the same value of a setting.
  fileprivate static func isSame(_ first: String, _ second: String, for key: String) -> Bool {
    func usual(_ text: String) -> String? {
      var settings = TrainingSettings(
        preset: "", data: "synthetic", resolution: 32, steps: 0, batch: 1, generatorBatch: 1, shards: 1)
      do throws(ConfigurationError) {
        try settings.apply([SettingAssignment(key: key, value: text, origin: "")])
      } catch {
        return nil
      }
      return settings.values[key]
    }
    // What is no value at all is refused where settings are read.
    guard let first = usual(first) else { return true }
    return first == usual(second)
  }
}
