internal import Files
internal import Networks

/// This program's own names, which docs/checkpoints.md lists.
struct OwnScheme: PeerScheme {
  let iterates = false

  func generator(in file: PeerFile) throws(FileError) -> GeneratorShape {
    try refuseOthers(file)
    guard file.has("to_image.weight"), file.has("linear.weight"), file.has("block0.conv1.weight") else {
      throw file.refusal(
        file.has("block0.conv1.weight")
          ? "it holds a discriminator where a generator is expected"
          : "it holds no generator of sagan, which has 'linear.weight', 'block0.conv1.weight' and 'to_image.weight'",
        advice: "name the file of a generator, or its program with --from")
    }
    let linear = try file.shape("linear.weight", axes: 2)
    let blocks = try (0..<file.count { "block\($0).conv1.weight" }).map { block throws(FileError) in
      try file.shape("block\(block).conv1.weight", axes: 4)
    }
    return GeneratorShape(
      latentSize: linear[1], initialChannels: blocks[0][1], blockChannels: blocks.map { $0[0] },
      attention: attention(blocks.count, file), isNormalized: file.has("linear.u"),
      classes: try file.shape("block0.bn1.gain", axes: 2)[0],
      imageChannels: try file.shape("to_image.weight", axes: 4)[0])
  }

  func discriminator(in file: PeerFile) throws(FileError) -> DiscriminatorShape {
    try refuseOthers(file)
    let classifies = file.has("classifier.weight")
    guard file.has("linear.weight"), file.has("block0.conv1.weight"), classifies || file.has("embedding.weight") else {
      throw file.refusal(
        "it holds no discriminator of sagan, which has 'linear.weight', 'block0.conv1.weight' and 'embedding.weight' or "
          + "'classifier.weight'", advice: "name the file of a discriminator")
    }
    let count = file.count { "block\($0).conv1.weight" }
    var blocks: [(hidden: Int, channels: Int)] = []
    for block in 0..<count {
      let shape = try file.shape("block\(block).conv2.weight", axes: 4)
      blocks.append((shape[1], shape[0]))
    }
    return DiscriminatorShape(
      blocks: blocks, attention: attention(count, file), isNormalized: file.has("linear.u"),
      head: classifies ? .classifier : .projection,
      classes: try file.shape(classifies ? "classifier.weight" : "embedding.weight", axes: 2)[0],
      imageChannels: try file.shape("block0.conv1.weight", axes: 4)[1])
  }

  private func refuseOthers(_ file: PeerFile) throws(FileError) {
    if file.has("attn1.query_conv.weight") || file.names.contains(where: { $0.hasSuffix(".weight_bar") }) {
      throw file.refusal(
        "it is of heykeetae/Self-Attention-GAN or a relative: a network without classes and residual blocks, with attention "
          + "over all pixels")
    }
    if let name = file.names.first(where: { $0.contains(".residual.") }) {
      throw file.refusal(
        "its '\(name)' belongs to a residual block in place of attention, which import leaves out",
        advice: "start from the run itself with sagan train --from")
    }
  }

  private func attention(_ blocks: Int, _ file: PeerFile) -> [Int] {
    (0..<blocks).filter { file.has("block\($0).attention.query.weight") }
  }

  func numbers(
    of tensor: TensorName, shape: [Int], _ side: NetworkSide, in file: PeerFile
  ) throws(FileError) -> [Float]? {
    try file.numbers(tensor.name, shape)
  }

  func isIdle(_ name: String) -> Bool { name.hasSuffix(".num_batches_tracked") }
}
