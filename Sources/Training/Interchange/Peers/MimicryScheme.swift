internal import Files
internal import Networks

/// Names and meanings of kwotsin/mimicry's `nets/sagan` and `nets/cgan_pd`, for 32 and 128 pixels.
///
/// Tables by class hold gain and bias side by side, the gain itself and not what it differs from 1 by. Upsampling is bilinear, ReLUs are in
/// place, so shortcuts of the discriminator read rectified maps. Attention has no number: its place follows from the resolution.
struct MimicryScheme: PeerScheme {
  let iterates = false

  /// What precedes the names of a network's blocks and layers: the generator's blocks count from 2, as a layer comes before.
  private func first(_ side: NetworkSide) -> Int { side == .generator ? 2 : 1 }

  private func blockCount(_ side: NetworkSide, _ file: PeerFile) -> Int {
    (0..<64).first { !file.hasWeight("block\($0 + first(side)).c1") } ?? 64
  }

  // MARK: What a file holds

  func generator(in file: PeerFile) throws(FileError) -> GeneratorShape {
    let count = file.hasWeight("block1.c1") ? 0 : blockCount(.generator, file)
    guard count > 0, file.hasWeight("l1"), file.hasWeight("c\(count + 2)") else {
      throw file.refusal(
        file.hasWeight("block1.c1")
          ? "it holds a discriminator where a generator is expected"
          : "it holds no generator of mimicry's residual networks, which has 'l1' and 'block2.c1'",
        advice: "name the file netG_….pth of its checkpoints")
    }
    guard file.has("block2.b1.embed.weight") else {
      throw file.refusal("its generator knows no classes (SNGAN, SSGAN, InfoMax-GAN or WGAN-GP), and sagan's do")
    }
    let linear = try file.weightShape("l1", axes: 2)
    let blocks = try (2..<count + 2).map { block throws(FileError) in try file.weightShape("block\(block).c1", axes: 4)
    }
    try GeneratorShape.checkFirstMap(linear[0], channels: blocks[0][1], file)
    return GeneratorShape(
      latentSize: linear[1], initialChannels: blocks[0][1], blockChannels: blocks.map { $0[0] },
      attention: try attention(.generator, count, file), isNormalized: file.isNormalized("l1"),
      classes: try file.shape("block2.b1.embed.weight", axes: 2)[0],
      imageChannels: try file.weightShape("c\(count + 2)", axes: 4)[0], isBilinear: true)
  }

  func discriminator(in file: PeerFile) throws(FileError) -> DiscriminatorShape {
    let count = blockCount(.discriminator, file)
    guard count > 0, file.hasWeight("l\(count + 1)"), file.hasWeight("l_y") else {
      throw file.refusal(
        "it holds no discriminator of mimicry with a projection, which has 'block1.c1' and 'l_y'",
        advice: "name the file netD_….pth of its checkpoints")
    }
    var blocks: [(hidden: Int, channels: Int)] = []
    for block in 1...count {
      let shape = try file.weightShape("block\(block).c2", axes: 4)
      blocks.append((shape[1], shape[0]))
    }
    return DiscriminatorShape(
      blocks: blocks, attention: try attention(.discriminator, count, file),
      isNormalized: file.isNormalized("l\(count + 1)"), head: .projection,
      classes: try file.weightShape("l_y", axes: 2)[0],
      imageChannels: try file.weightShape("block1.c1", axes: 4)[1], isShortcutRectified: true)
  }

  /// The block that attention follows: on maps of 16 pixels (the generator for 32), 8 (its discriminator) or 32.
  private func attention(_ side: NetworkSide, _ count: Int, _ file: PeerFile) throws(FileError) -> [Int] {
    guard file.hasWeight("attn_block.theta") else { return [] }
    switch (side, count) {
    case (.generator, 3), (.discriminator, 4), (.discriminator, 6): return [1]
    case (.generator, 5): return [2]
    default: throw file.refusal("the place of its attention is known for 32 and 128 pixels alone")
    }
  }

  private func module(_ place: TensorName.Place, _ side: NetworkSide, in file: PeerFile) -> String {
    let first = first(side)
    switch place {
    case .linear: return side == .generator ? "l1" : "l\(blockCount(side, file) + 1)"
    case .norm(let block, let number): return "block\(block + first).b\(number)"
    case .convolution(let block, let number): return "block\(block + first).c\(number)"
    case .shortcut(let block): return "block\(block + first).c_sc"
    case .attention(_, nil): return "attn_block"
    case .attention(_, .query?): return "attn_block.theta"
    case .attention(_, .key?): return "attn_block.phi"
    case .attention(_, .value?): return "attn_block.g"
    case .attention(_, .output?): return "attn_block.o"
    case .lastNorm: return "b\(blockCount(side, file) + 2)"
    case .toImage: return "c\(blockCount(side, file) + 2)"
    case .embedding: return "l_y"
    case .classifier: return "classifier"
    }
  }

  // MARK: Numbers

  func numbers(
    of tensor: TensorName, shape: [Int], _ side: NetworkSide, in file: PeerFile
  ) throws(FileError) -> [Float]? {
    let module = module(tensor.place, side, in: file)
    switch (tensor.place, tensor.leaf) {
    case (_, "u"), (_, "v"), (_, "sigma"): return try file.spectrum(tensor.leaf, module)
    case (_, "gamma"): return try file.numbers(module + ".gamma", [], [1])
    case (.norm, "gain"): return try half(0, of: module, shape, file).map { $0 - 1 }
    case (.norm, "bias"): return try half(1, of: module, shape, file)
    case (.norm, let leaf): return try file.numbers(module + ".bn." + leaf, shape)
    case (.lastNorm, let leaf): return try file.numbers(module + "." + leaf, shape)
    case (_, "weight"): return try file.weight(module, shape)
    default: return try file.numbers(module + "." + tensor.leaf, shape)
    }
  }

  /// One half of each row of a table by class.
  private func half(_ half: Int, of module: String, _ shape: [Int], _ file: PeerFile) throws(FileError) -> [Float] {
    let (classes, channels) = (shape[0], shape[1])
    let both = try file.numbers(module + ".embed.weight", [classes, 2 * channels])
    return (0..<classes).flatMap { both[(2 * $0 + half) * channels..<(2 * $0 + half + 1) * channels] }
  }

  func isIdle(_ name: String) -> Bool {
    name.firstMatch(of: /\.(num_batches_tracked|sn_sigma)$/) != nil
  }
}
