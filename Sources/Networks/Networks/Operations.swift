public import Kernels

/// An operation of a network that takes time, as the network's table tells: what there is to count and to measure.
///
/// Left out are maps that are only added, pooled or upsampled, and the output's tanh.
public struct Operation: Sendable {
  /// What is computed, and its extents for one image.
  public enum Kind: Hashable, Sendable {
    /// A convolution of maps of `side` × `side`.
    case convolution(Convolution, side: Int)
    /// A linear layer.
    case linear(inputs: Int, outputs: Int)
    /// Dot-product attention; `depth` numbers a query and `width` a value.
    case attention(queries: Int, keys: Int, depth: Int, width: Int)
    /// Batch normalization with a ReLU.
    case normalization(side: Int, channels: Int)
    /// A ReLU without normalization.
    case rectification(side: Int, channels: Int)
    /// The inner product with the embedding of the image's class.
    case projection(channels: Int)
  }

  /// The layer's name.
  public let name: String
  /// What is computed.
  public let kind: Kind
  /// Whether it reads the network's own input, whose gradient not every update wants.
  public let readsInput: Bool

  init(_ name: String, _ kind: Kind, readsInput: Bool = false) {
    self.name = name
    self.kind = kind
    self.readsInput = readsInput
  }

  /// Multiply-adds of one image, forward, as direct algorithms count them.
  public var multiplyAdds: Int {
    switch kind {
    case .convolution(let convolution, let side): convolution.multiplyAdds(height: side, width: side)
    case .linear(let inputs, let outputs): inputs * outputs
    case .attention(let queries, let keys, let depth, let width): queries * keys * (depth + width)
    case .normalization, .rectification: 0
    case .projection(let channels): channels
    }
  }

  /// The operations of self-attention over a map.
  fileprivate static func attention(_ name: String, side: Int, channels: Int) -> [Operation] {
    let (small, half) = (max(channels / 8, 1), max(channels / 2, 1))
    func pointwise(_ part: String, _ inputs: Int, _ outputs: Int) -> Operation {
      convolution("\(name).attention.\(part)", size: 1, inputs, outputs, side: side)
    }
    return [
      pointwise("query", channels, small), pointwise("key", channels, small), pointwise("value", channels, half),
      Operation(
        name + ".attention", .attention(queries: side * side, keys: side * side / 4, depth: small, width: half)),
      pointwise("output", half, channels),
    ]
  }

  fileprivate static func convolution(
    _ name: String, size: Int = 3, _ inputs: Int, _ outputs: Int, _ resampling: Convolution.Resampling = .none,
    side: Int, readsInput: Bool = false
  ) -> Operation {
    let convolution = Convolution(
      kernelSize: size, inputChannels: inputs, outputChannels: outputs, resampling: resampling)
    return Operation(name, .convolution(convolution, side: side), readsInput: readsInput)
  }
}

extension GeneratorArchitecture {
  /// What takes time, in forward order.
  public var operations: [Operation] {
    var (channels, side) = (initialChannels, 4)
    var result = [Operation("linear", .linear(inputs: latentSize, outputs: 16 * channels), readsInput: true)]
    for (index, outputs) in blockChannels.enumerated() {
      let name = "block\(index)"
      result += [
        Operation(name + ".bn1", .normalization(side: side, channels: channels)),
        .convolution(name + ".conv1", channels, outputs, .upsample, side: side),
        .convolution(name + ".shortcut", size: 1, channels, outputs, side: side),
        Operation(name + ".bn2", .normalization(side: 2 * side, channels: outputs)),
        .convolution(name + ".conv2", outputs, outputs, side: 2 * side),
      ]
      (channels, side) = (outputs, 2 * side)
      if index == attentionBlock { result += Operation.attention(name, side: side, channels: channels) }
    }
    return result + [
      Operation("bn", .normalization(side: side, channels: channels)),
      .convolution("to_image", channels, imageChannels, side: side),
    ]
  }
}

extension DiscriminatorArchitecture {
  /// What takes time, in forward order.
  public var operations: [Operation] {
    var (channels, side) = (imageChannels, resolution)
    var result: [Operation] = []
    for (index, block) in blocks.enumerated() {
      let name = "block\(index)"
      let isFirst = index == 0
      if !isFirst { result.append(Operation(name + ".relu1", .rectification(side: side, channels: channels))) }
      result += [
        .convolution(name + ".conv1", channels, block.hiddenChannels, side: side, readsInput: isFirst),
        Operation(name + ".relu2", .rectification(side: side, channels: block.hiddenChannels)),
        .convolution(
          name + ".conv2", block.hiddenChannels, block.channels, block.isPooled ? .averagePool : .none, side: side),
      ]
      side = maps[index]
      if block.isPooled || channels != block.channels {
        result.append(
          .convolution(name + ".shortcut", size: 1, channels, block.channels, side: side, readsInput: isFirst))
      }
      channels = block.channels
      if index == attentionBlock { result += Operation.attention(name, side: side, channels: channels) }
    }
    result.append(Operation("linear", .linear(inputs: channels, outputs: 1)))
    switch head {
    case .projection: result.append(Operation("embedding", .projection(channels: channels)))
    case .classifier: result.append(Operation("classifier", .linear(inputs: channels, outputs: classes)))
    }
    return result
  }
}
