internal import Images
internal import Datasets
internal import Kernels
internal import Networks

extension Setting {
  /// Every setting, in the order of `config.yaml`.
  static let table: [Setting] =
    [
      Setting(key: "preset", decidesResult: false, text: \.preset) { _, _ in "the preset's name after --preset" },
      Setting(key: "data", decidesResult: false, text: \.data) { settings, text in
        guard (try? DataSpecification(parsing: text)) != nil else {
          return DataSpecification.kinds
        }
        settings.data = text
        return nil
      },
      .choice("resolution", \.resolution, of: [32, 64, 128]),
      Setting(key: "image-channels", decidesResult: true, text: { $0.imageChannels.map(String.init) ?? "auto" }) {
        settings, text in
        guard ["auto", "0", "1", "3"].contains(text) else { return "auto, 1 or 3" }
        settings.imageChannels = Int(text).flatMap { $0 == 0 ? nil : $0 }
        return nil
      },
      .optional("classes", \.classes, "auto", in: 1...1_000_000),
      Setting(key: "resize", decidesResult: true, text: \.resize.rawValue) { settings, text in
        guard let filter = ResizeFilter(rawValue: text) else {
          return ResizeFilter.allCases.map(\.rawValue).joined(separator: " or ")
        }
        settings.resize = filter
        return nil
      },
      Setting(key: "orientation", decidesResult: true, text: \.orientation.rawValue) { settings, text in
        guard let rule = OrientationRule(rawValue: text) else {
          return OrientationRule.allCases.map(\.rawValue).joined(separator: " or ")
        }
        settings.orientation = rule
        return nil
      },
      Setting(key: "held-out", decidesResult: true, text: { $0.heldOut.map(\.description) ?? "none" }) {
        settings, text in
        let share = HeldOut(parsing: text)
        guard share != nil || text == "none" else { return "none or \(HeldOut.range)" }
        settings.heldOut = share
        return nil
      },
      .flag("flip", \.flip),
      .name("augment", \.augmentation, "none or differentiable"),
      .flag("skip-bad-images", \.skipBadImages, decidesResult: false),
      Setting(key: "cache", decidesResult: false, text: { $0.cache ?? "auto" }) { settings, text in
        guard !text.isEmpty else { return "auto or a folder" }
        settings.cache = text == "auto" ? nil : text
        return nil
      },
      Setting(key: "seed", decidesResult: true, text: { String($0.seed) }) { settings, text in
        guard let value = UInt64(text) else { return "a whole number from 0 to \(UInt64.max)" }
        settings.seed = value
        return nil
      },
      .integer("steps", \.steps, in: 0...largest, decidesResult: false),
      .integer("batch", \.batch, in: 1...1_000_000),
      .integer("generator-batch", \.generatorBatch, in: 1...1_000_000),
      .integer("shards", \.shards, in: 1...1_000_000),
      .integer("discriminator-updates", \.discriminatorUpdates, in: 1...1000),
      .integer("width", \.width, in: 1...1024),
      .optional("discriminator-width", \.discriminatorWidth, "same", in: 1...1024),
      .integer("latent-size", \.latentSize, in: 1...65536),
      .maps("generator-attention", \.generatorAttention),
      .name("generator-attention-kind", \.generatorAttentionKind, "attention or residual"),
      .maps("discriminator-attention", \.discriminatorAttention),
      .name("discriminator-attention-kind", \.discriminatorAttentionKind, "attention or residual"),
      .flag("generator-spectral-norm", \.generatorSpectralNorm),
      .flag("discriminator-spectral-norm", \.discriminatorSpectralNorm),
      .flag("thin-discriminator", \.thinDiscriminator),
      Setting(key: "head", decidesResult: true, text: \.head.rawValue) { settings, text in
        guard let head = DiscriminatorArchitecture.Head(rawValue: text) else { return "projection or classifier" }
        settings.head = head
        return nil
      },
      .number("initial-gamma", \.initialGamma, "a number") { _ in true },
      Setting(key: "conv", decidesResult: true, text: \.convolutions.rawValue) { settings, text in
        guard let algorithm = ConvolutionAlgorithm(rawValue: text) else { return "fast or direct" }
        settings.convolutions = algorithm
        return nil
      },
      Setting(key: "batch-norm", decidesResult: true, text: \.batchNorm.rawValue) { settings, text in
        guard let scope = TrainingSettings.BatchNormScope(rawValue: text) else { return "shard or global" }
        settings.batchNorm = scope
        return nil
      },
      .number("generator-learning-rate", \.generatorLearningRate, "a number above 0") { $0 > 0 },
      .number("discriminator-learning-rate", \.discriminatorLearningRate, "a number above 0") { $0 > 0 },
      .number("beta1", \.beta1, "a number from 0 to below 1") { (0..<1).contains($0) },
      .number("beta2", \.beta2, "a number from 0 to below 1") { (0..<1).contains($0) },
      .number("epsilon", \.epsilon, "a number above 0") { $0 > 0 },
      .integer("decay-start", \.decayStart, in: 0...largest),
      .optional("decay-end", \.decayEnd, "none", in: 1...largest),
      .number("discriminator-auxiliary-weight", \.discriminatorAuxiliaryWeight, "a number of at least 0") { $0 >= 0 },
      .number("generator-auxiliary-weight", \.generatorAuxiliaryWeight, "a number of at least 0") { $0 >= 0 },
      .number("average-decay", \.averageDecay, "a number from 0 to below 1") { (0..<1).contains($0) },
      .integer("average-start", \.averageStart, in: 0...largest),
      .interval("log-every", \.logEvery),
      .interval("sample-every", \.sampleEvery),
      .interval("checkpoint-every", \.checkpointEvery),
      .integer("keep", \.keepCheckpoints, in: 1...largest, decidesResult: false),
      .optional("keep-every", \.keepEvery, "none", in: 1...largest, decidesResult: false),
      .integer("audit-every", \.auditEvery, in: 1...largest, decidesResult: false),
    ] + foreign + scores + origins
}

extension Setting {
  /// Settings of networks that only other programs have, for weights that come from there.
  private static let foreign: [Setting] = [
    .name("generator-upsampling", \.generatorUpsampling, "nearest or bilinear"),
    .flag("thin-first-block", \.thinFirstBlock),
    .name("discriminator-shortcut", \.discriminatorShortcut, "input or rectified"),
  ]
}
