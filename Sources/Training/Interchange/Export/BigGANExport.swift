internal import Checkpoints
internal import Configuration
internal import Files
internal import Formats
internal import Networks

/// Weights as ajbrock/BigGAN-PyTorch loads them.
struct BigGANExport {
  private let run: ExportRun
  private let scheme = BigGANScheme()

  /// Checks that the peer has such networks.
  ///
  /// - Parameter run: Whose networks they are.
  /// - Throws: `ConfigurationError` naming the first setting that it has not.
  init(_ run: ExportRun) throws(ConfigurationError) {
    self.run = run
    let settings = run.configuration.settings
    func refuse(_ key: String, _ why: String) -> ConfigurationError {
      ConfigurationError(
        "the run in '\(run.checkpoint.path)' has \(key) \(settings.values[key] ?? "none"), and BigGAN-PyTorch \(why); export "
          + "it --to pytorch instead")
    }
    if run.configuration.imageChannels != 3 { throw refuse("image-channels", "makes images of 3 channels alone") }
    if settings.head != .projection { throw refuse("head", "has projections alone") }
    if !settings.discriminatorSpectralNorm {
      throw refuse("discriminator-spectral-norm", "normalizes every discriminator")
    }
    if settings.generatorUpsampling != .nearest {
      throw refuse("generator-upsampling", "upsamples by the nearest pixel")
    }
    if settings.discriminatorShortcut != .input { throw refuse("discriminator-shortcut", "has shortcuts of the input") }
    if settings.thinDiscriminator != settings.thinFirstBlock {
      throw refuse("thin-first-block", "has all blocks thin, or none")
    }
    for (key, kind, maps) in [
      ("generator-attention-kind", settings.generatorAttentionKind, settings.generatorAttention),
      ("discriminator-attention-kind", settings.discriminatorAttentionKind, settings.discriminatorAttention),
    ] where kind != .attention && !maps.isEmpty { throw refuse(key, "has attention alone") }
    if settings.resolution == 32, !(settings.discriminatorWidth ?? settings.width).isMultiple(of: 2) {
      throw refuse("discriminator-width", "has twice an even one there")
    }
    let (maps, wanted) = (run.configuration.discriminator.maps, settings.discriminatorAttention)
    // By its table, all four maps of 32 pixels are 16 pixels high.
    let isAmbiguous =
      wanted.contains { map in maps.count { $0 == map } > 1 } || (settings.resolution == 32 && !wanted.isEmpty)
    if isAmbiguous { throw refuse("discriminator-attention", "would have attention behind several blocks there") }
  }

  /// Writes `G.pth`, `G_ema.pth` and `D.pth`.
  func write(to folder: String, isForced: Bool) throws -> [String] {
    var worst: (name: String, deviation: Double) = ("", 0)
    for (name, tensors) in [("G", run.generator), ("G_ema", run.average), ("D", run.discriminator)] {
      let file = try OutputFile(path: "\(folder)/\(name).pth", isForced: isForced)
      var writer = PyTorchWriter()
      for tensor in tensors.names {
        let deviation = try add(tensor, of: tensors, to: &writer)
        if deviation > worst.deviation { worst = ("\(tensor) of \(name).pth", deviation) }
      }
      try writer.write(to: file)
    }
    let settings = run.configuration.settings
    // Its discriminator for 32 pixels is four times as wide as the multiplier, and ours twice.
    let width = settings.discriminatorWidth ?? settings.width
    let discriminatorWidth = settings.resolution == 32 ? width / 2 : width
    func maps(_ list: [Int]) -> String { list.isEmpty ? "0" : list.map(String.init).joined(separator: "_") }
    let options = [
      "--resolution \(settings.resolution)", "--G_ch \(settings.width)",
      "--D_ch \(discriminatorWidth)", "--dim_z \(settings.latentSize)",
      "--G_attn \(maps(settings.generatorAttention))", "--D_attn \(maps(settings.discriminatorAttention))",
      "--G_param \(settings.generatorSpectralNorm ? "SN" : "none")", "--SN_eps 1e-8 --BN_eps 1e-5",
    ]
    var lines = [
      "G.pth, G_ema.pth, D.pth: state dicts of networks with " + options.joined(separator: " ")
        + (settings.thinDiscriminator ? " --D_thin" : "")
        + ", for \(run.configuration.classes) classes, without --G_shared and --hier"
    ]
    if worst.deviation > 1e-5 {
      lines.append(
        "BigGAN-PyTorch finds spectral norms by one more power iteration; that of \(worst.name) comes out \(worst.deviation) "
          + "of its size away from ours, and images and logits differ accordingly")
    }
    return lines
  }

  /// Adds the peer's tensors for one of ours.
  ///
  /// - Returns: By how much a spectral norm will come out otherwise, in relation to it.
  private func add(
    _ name: String, of tensors: NetworkTensors, to writer: inout PyTorchWriter
  ) throws -> Double {
    guard let tensor = TensorName(name) else { preconditionFailure("no peer has '\(name)'") }
    let (module, shape) = (scheme.module(tensor.place), tensors.shape(name))
    func add(_ theirs: String, _ shape: [Int]) { writer.add(module + theirs, shape: shape) { tensors.numbers(name) } }
    switch (tensor.place, tensor.leaf) {
    case (_, "v"): break
    case (_, "sigma"): add(".sv0", [1])
    case (_, "u"):
      let own = String(name.dropLast(2))
      let start = SpectralStart(
        weight: RowMatrix(tensors.numbers(own + ".weight"), rows: shape[0]), u: tensors.numbers(name),
        v: tensors.numbers(own + ".v"), sigma: tensors.numbers(own + ".sigma")[0])
      writer.add(module + ".u0", shape: [1] + shape) { start.u }
      return start.deviation
    case (_, "gamma"): add(".gamma", [])
    case (.norm, "gain"), (.norm, "bias"): add("." + tensor.leaf + ".weight", shape)
    case (.lastNorm, "weight"): add(".gain", shape)
    case (_, "running_mean"): add(".stored_mean", shape)
    case (_, "running_var"): add(".stored_var", shape)
    default: add("." + tensor.leaf, shape)
    }
    return 0
  }
}
