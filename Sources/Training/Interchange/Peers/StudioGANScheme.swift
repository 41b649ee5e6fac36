internal import Files
internal import Networks

/// Names and meanings of POSTECH-CVLab/PyTorch-StudioGAN's `models/resnet.py`.
///
/// Tables by class are linear maps of one-hot vectors, [channels, classes], and spectrally normalized where the generator is. Batch norm
/// has ε 1e-4, which becomes a part of the running variances. ReLUs are in place, so shortcuts of the discriminator read rectified maps.
struct StudioGANScheme: PeerScheme {
  let iterates = false

  /// What batch norm's ε is larger by than ours.
  private static let excess: Float = 1e-4 - 1e-5

  // MARK: What a file holds

  func generator(in file: PeerFile) throws(FileError) -> GeneratorShape {
    guard file.hasWeight("linear0"), file.hasWeight("conv2d5"), file.hasWeight("blocks.0.0.conv2d1") else {
      throw file.refusal(
        file.hasWeight("linear1") && file.hasWeight("blocks.0.0.conv2d1")
          ? "it holds a discriminator where a generator is expected"
          : "it holds no generator of StudioGAN's ResNet, which has 'linear0', 'blocks.0.0.conv2d1' and 'conv2d5'",
        advice: "name the file model=G-….pth or model=G_ema-….pth of its checkpoints")
    }
    guard !file.has("shared.weight") else {
      throw file.refusal("it is of StudioGAN's BigGAN backbones, whose latent vectors enter at every block")
    }
    guard file.hasWeight("blocks.0.0.bn1.gain") else {
      throw file.refusal("its generator knows no classes (g_cond_mtd W/O), and sagan's do")
    }
    let linear = try file.weightShape("linear0", axes: 2)
    let places = Places(file)
    let blocks = try places.blocks.map { place throws(FileError) in
      try file.weightShape("blocks.\(place).0.conv2d1", axes: 4)
    }
    try GeneratorShape.checkFirstMap(linear[0], channels: blocks[0][1], file)
    return GeneratorShape(
      latentSize: linear[1], initialChannels: blocks[0][1], blockChannels: blocks.map { $0[0] },
      attention: places.attention.keys.sorted(), isNormalized: file.isNormalized("linear0"),
      classes: try file.weightShape("blocks.0.0.bn1.gain", axes: 2)[1],
      imageChannels: try file.weightShape("conv2d5", axes: 4)[0], isBilinear: false)
  }

  func discriminator(in file: PeerFile) throws(FileError) -> DiscriminatorShape {
    guard file.hasWeight("linear1"), file.hasWeight("blocks.0.0.conv2d1") else {
      throw file.refusal(
        "it holds no discriminator of StudioGAN's ResNet, which has 'linear1' and 'blocks.0.0.conv2d1'",
        advice: "name the file model=D-….pth of its checkpoints")
    }
    let (embeds, classifies) = (file.hasWeight("embedding"), file.hasWeight("linear2"))
    guard embeds != classifies else {
      throw file.refusal(
        embeds
          ? "its discriminator contrasts embeddings (d_cond_mtd 2C or D2DCE), and sagan's have a projection or a classifier"
          : "its discriminator has neither a projection nor a classifier of classes (d_cond_mtd PD or AC)")
    }
    let places = Places(file)
    var blocks: [(hidden: Int, channels: Int)] = []
    for place in places.blocks {
      let shape = try file.weightShape("blocks.\(place).0.conv2d2", axes: 4)
      blocks.append((shape[1], shape[0]))
    }
    return DiscriminatorShape(
      blocks: blocks, attention: places.attention.keys.sorted(), isNormalized: file.isNormalized("linear1"),
      head: embeds ? .projection : .classifier,
      classes: try file.weightShape(embeds ? "embedding" : "linear2", axes: 2)[0],
      imageChannels: try file.weightShape("blocks.0.0.conv2d1", axes: 4)[1], isShortcutRectified: true)
  }

  /// Where blocks and attention are in the one list of both.
  private struct Places {
    var blocks: [Int] = []
    /// The places of attention, by the block before it.
    var attention: [Int: Int] = [:]

    init(_ file: PeerFile) {
      for place in 0..<64 {
        if file.hasWeight("blocks.\(place).0.conv2d1") {
          blocks.append(place)
        } else if file.hasWeight("blocks.\(place).0.conv1x1_theta"), !blocks.isEmpty {
          attention[blocks.count - 1] = place
        } else {
          break
        }
      }
    }

    func block(_ number: Int) -> String { number < blocks.count ? "blocks.\(blocks[number]).0" : "blocks.?" }
  }

  private func module(_ place: TensorName.Place, _ side: NetworkSide, in file: PeerFile) -> String {
    let places = Places(file)
    func attention(_ block: Int) -> String { "blocks.\(places.attention[block] ?? 0).0" }
    switch place {
    case .linear: return side == .generator ? "linear0" : "linear1"
    case .norm(let block, let number): return places.block(block) + ".bn\(number)"
    case .convolution(let block, let number): return places.block(block) + ".conv2d\(number)"
    case .shortcut(let block): return places.block(block) + ".conv2d0"
    case .attention(let block, nil): return attention(block)
    case .attention(let block, .query?): return attention(block) + ".conv1x1_theta"
    case .attention(let block, .key?): return attention(block) + ".conv1x1_phi"
    case .attention(let block, .value?): return attention(block) + ".conv1x1_g"
    case .attention(let block, .output?): return attention(block) + ".conv1x1_attn"
    case .lastNorm: return "bn4"
    case .toImage: return "conv2d5"
    case .embedding: return "embedding"
    case .classifier: return "linear2"
    }
  }

  // MARK: Numbers

  func numbers(
    of tensor: TensorName, shape: [Int], _ side: NetworkSide, in file: PeerFile
  ) throws(FileError) -> [Float]? {
    let module = module(tensor.place, side, in: file)
    switch (tensor.place, tensor.leaf) {
    case (_, "u"), (_, "v"), (_, "sigma"): return try file.spectrum(tensor.leaf, module)
    case (_, "gamma"): return try file.numbers(module + ".sigma", [1])
    case (.norm, "gain"), (.norm, "bias"): return try table(module + "." + tensor.leaf, shape, file)
    case (.norm, "running_mean"): return try file.numbers(module + ".bn.running_mean", shape)
    case (.norm, "running_var"):
      return try file.numbers(module + ".bn.running_var", shape).map { $0 + Self.excess }
    case (.lastNorm, "running_var"): return try file.numbers(module + ".running_var", shape).map { $0 + Self.excess }
    case (.lastNorm, let leaf): return try file.numbers(module + "." + leaf, shape)
    // A classifier without a bias.
    case (.classifier, "bias"): return [Float](repeating: 0, count: shape[0])
    case (_, "weight"): return try file.weight(module, shape)
    default: return try file.numbers(module + "." + tensor.leaf, shape)
    }
  }

  /// A table by class, of a linear map of one-hot vectors.
  private func table(_ module: String, _ shape: [Int], _ file: PeerFile) throws(FileError) -> [Float] {
    let (classes, channels) = (shape[0], shape[1])
    let weight = try file.weight(module, [channels, classes])
    let sigma = file.isNormalized(module) ? try file.spectrum("sigma", module)[0] : 1
    guard sigma > 0 else { throw file.refusal("the spectral norm of its '\(module)' is \(sigma)") }
    var table = [Float](repeating: 0, count: classes * channels)
    for channel in 0..<channels {
      for label in 0..<classes { table[label * channels + channel] = weight[channel * classes + label] / sigma }
    }
    return table
  }

  func isIdle(_ name: String) -> Bool { name.hasSuffix(".num_batches_tracked") }
}
