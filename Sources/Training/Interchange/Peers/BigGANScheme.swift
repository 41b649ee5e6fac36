internal import Files
internal import Networks

/// Names and meanings of ajbrock/BigGAN-PyTorch's `BigGAN.py`.
///
/// Layouts are PyTorch's, as in our files, and the rows of the first linear layer are in the order of [channel, row, column] in
/// both. A spectral norm is found in every pass by one power iteration from the stored `u0`; `sv0` is a note.
struct BigGANScheme: PeerScheme {
  let iterates = true

  func module(_ place: TensorName.Place) -> String {
    switch place {
    case .linear: "linear"
    case .norm(let block, let number): "blocks.\(block).0.bn\(number)"
    case .convolution(let block, let number): "blocks.\(block).0.conv\(number)"
    case .shortcut(let block): "blocks.\(block).0.conv_sc"
    case .attention(let block, nil): "blocks.\(block).1"
    case .attention(let block, .query?): "blocks.\(block).1.theta"
    case .attention(let block, .key?): "blocks.\(block).1.phi"
    case .attention(let block, .value?): "blocks.\(block).1.g"
    case .attention(let block, .output?): "blocks.\(block).1.o"
    case .lastNorm: "output_layer.0"
    case .toImage: "output_layer.2"
    case .embedding: "embed"
    case .classifier: "classifier"
    }
  }

  // MARK: What a file holds

  func generator(in file: PeerFile) throws(FileError) -> GeneratorShape {
    guard file.has("output_layer.2.weight"), file.has("linear.weight"), file.has("blocks.0.0.conv1.weight") else {
      throw file.refusal(
        file.has("embed.weight") && file.has("blocks.0.0.conv1.weight")
          ? "it holds a discriminator where a generator is expected"
          : "it holds no generator of BigGAN-PyTorch, which has 'linear.weight', 'blocks.0.0.conv1.weight' and "
            + "'output_layer.2.weight'",
        advice: "name the file G….pth or G_ema….pth of its weights")
    }
    try refuseDeep(file)
    let linear = try file.shape("linear.weight", axes: 2)
    let blocks = try (0..<file.count { "blocks.\($0).0.conv1.weight" }).map { block throws(FileError) in
      try file.shape("blocks.\(block).0.conv1.weight", axes: 4)
    }
    try GeneratorShape.checkFirstMap(linear[0], channels: blocks[0][1], file)
    return GeneratorShape(
      latentSize: linear[1], initialChannels: blocks[0][1], blockChannels: blocks.map { $0[0] },
      attention: attention(blocks.count, file), isNormalized: file.has("linear.u0"),
      classes: try classes(file), imageChannels: try file.shape("output_layer.2.weight", axes: 4)[0], isBilinear: false)
  }

  func discriminator(in file: PeerFile) throws(FileError) -> DiscriminatorShape {
    guard file.has("embed.weight"), file.has("linear.weight"), file.has("blocks.0.0.conv1.weight") else {
      throw file.refusal(
        "it holds no discriminator of BigGAN-PyTorch, which has 'linear.weight', 'blocks.0.0.conv1.weight' and "
          + "'embed.weight'", advice: "name the file D….pth of its weights")
    }
    try refuseDeep(file)
    let count = file.count { "blocks.\($0).0.conv1.weight" }
    var blocks: [(hidden: Int, channels: Int)] = []
    for block in 0..<count {
      let shape = try file.shape("blocks.\(block).0.conv2.weight", axes: 4)
      blocks.append((shape[1], shape[0]))
    }
    return DiscriminatorShape(
      blocks: blocks, attention: attention(count, file), isNormalized: file.has("linear.u0"), head: .projection,
      classes: try file.shape("embed.weight", axes: 2)[0],
      imageChannels: try file.shape("blocks.0.0.conv1.weight", axes: 4)[1], isShortcutRectified: false)
  }

  private func refuseDeep(_ file: PeerFile) throws(FileError) {
    guard file.has("blocks.0.0.conv3.weight") else { return }
    throw file.refusal("it is of BigGAN-deep (--model BigGANdeep), whose blocks have bottlenecks")
  }

  private func attention(_ blocks: Int, _ file: PeerFile) -> [Int] {
    (0..<blocks).filter { file.has("blocks.\($0).1.theta.weight") }
  }

  /// The number of classes: the rows of the shared embedding, or of each table without one.
  private func classes(_ file: PeerFile) throws(FileError) -> Int {
    let table = try file.shape("blocks.0.0.bn1.gain.weight", axes: 2)
    guard file.has("shared.weight") else { return table[0] }
    let shared = try file.shape("shared.weight", axes: 2)
    guard table[1] == shared[1] else {
      throw file.refusal(
        "its latent vectors are hierarchical (--hier): parts of them enter at every block, and sagan's enter at the first layer "
          + "alone")
    }
    return shared[0]
  }

  // MARK: Numbers

  func numbers(
    of tensor: TensorName, shape: [Int], _ side: NetworkSide, in file: PeerFile
  ) throws(FileError) -> [Float]? {
    let module = module(tensor.place)
    switch (tensor.place, tensor.leaf) {
    case (_, "v"), (_, "sigma"): return nil
    case (_, "u"): return try file.numbers(module + ".u0", [1] + shape)
    case (_, "gamma"): return try file.numbers(module + ".gamma", [], [1])
    case (.norm, "gain"), (.norm, "bias"): return try table(module + "." + tensor.leaf, shape, file)
    case (.lastNorm, "weight"): return try file.numbers(module + ".gain", shape)
    case (_, "running_mean"): return try statistic(module, "mean", shape, file)
    case (_, "running_var"): return try statistic(module, "var", shape, file)
    default: return try file.numbers(module + "." + tensor.leaf, shape)
    }
  }

  /// A table by class: as it is, or made of the shared embedding and a linear map of it.
  private func table(_ name: String, _ shape: [Int], _ file: PeerFile) throws(FileError) -> [Float] {
    guard file.has("shared.weight") else { return try file.numbers(name + ".weight", shape) }
    let (classes, channels) = (shape[0], shape[1])
    let size = try file.shape("shared.weight", axes: 2)[1]
    let shared = try file.numbers("shared.weight", [classes, size])
    let weight = try file.numbers(name + ".weight", [channels, size])
    var sigma = 1.0
    if file.has(name + ".u0") {
      sigma = RowMatrix(weight, rows: channels).sigma(from: try file.numbers(name + ".u0", [1, channels]))
    }
    return RowMatrix(shared, rows: classes).times(transposed: RowMatrix(weight, rows: channels), dividedBy: sigma)
  }

  /// A running statistic, under the name that it has without options, with --mybn, or with --cross_replica.
  private func statistic(
    _ module: String, _ name: String, _ shape: [Int], _ file: PeerFile
  ) throws(FileError) -> [Float] {
    let counter = module + ".bn.accumulation_counter"
    if file.has(counter), try file.numbers(counter, [1])[0] != 0 {
      throw file.refusal(
        "its batch norm holds sums over batches (--accumulate_stats) in place of running statistics",
        advice: "use weights that training saved")
    }
    let names = ["stored_\(name)", "bn.stored_\(name)", "bn.running_\(name)"].map { module + "." + $0 }
    return try file.numbers(names.first(where: file.has) ?? names[0], shape)
  }

  func isIdle(_ name: String) -> Bool {
    // Notes of σ, further singular vectors (--num_G_SVs), of which σ is none, and counters.
    name.firstMatch(of: /\.(sv[0-9]+|u[1-9][0-9]*|num_batches_tracked|accumulation_counter)$/) != nil
  }
}
