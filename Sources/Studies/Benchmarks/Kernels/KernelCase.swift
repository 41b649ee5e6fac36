internal import Configuration
internal import Kernels
internal import Layers
internal import Networks

/// A kernel with the shapes that some layers of a network have in common.
struct KernelCase {
  /// What happens to a convolution's input on its way in.
  enum Activation: Hashable {
    case none, relu, normalization
  }

  /// What makes two layers the same to a kernel.
  struct Key: Hashable {
    let kind: Operation.Kind
    let pass: Pass
    let images: Int
    let activation: Activation
  }

  let key: Key
  /// The layers, network first, in forward order.
  private(set) var layers: [String]

  /// The kernels of both networks in a discriminator's and a generator's update, each once.
  static func all(_ configuration: TrainingConfiguration) throws -> [KernelCase] {
    let generator = configuration.generator.operations.flatMap { operation in
      Pass.allCases.filter { $0 != .inputGradient || !operation.readsInput }.map { pass in
        (
          "G " + operation.name,
          Key(
            kind: operation.kind, pass: pass, images: configuration.generatorBatch,
            activation: operation.kind.isWideConvolution ? .normalization : .none)
        )
      }
    }
    let discriminator = configuration.discriminator.operations.flatMap { operation in
      Pass.allCases.map { pass in
        // The gradient of images is wanted in the generator's update alone.
        let isOwn = pass != .inputGradient || !operation.readsInput
        return (
          "D " + operation.name,
          Key(
            kind: operation.kind, pass: pass, images: isOwn ? 2 * configuration.batch : configuration.generatorBatch,
            activation: operation.kind.isWideConvolution && !operation.readsInput ? .relu : .none)
        )
      }
    }
    var result: [KernelCase] = []
    var places: [Key: Int] = [:]
    for (layer, key) in generator + discriminator where key.kind.isTimed && key.kind.cost(key.pass).mapNumbers > 0 {
      if let place = places[key] {
        result[place].layers.append(layer)
      } else {
        places[key] = result.count
        result.append(KernelCase(key: key, layers: [layer]))
      }
    }
    return result
  }

  /// The kernel's name.
  var kernel: String {
    switch key.kind {
    case .convolution(let convolution, _):
      "\(convolution.kernelSize)×\(convolution.kernelSize) convolution, \(key.pass.rawValue)"
    case .linear: "linear, \(key.pass.rawValue)"
    case .attention: key.pass == .forward ? "attention" : "attention, backward"
    case .normalization: key.pass == .forward ? "batch norm" : "batch norm and ReLU, backward"
    case .rectification: "ReLU, backward"
    case .projection: "projection"
    }
  }

  /// The shapes in short.
  var shape: String {
    switch key.kind {
    case .convolution(let convolution, let side):
      let channels = "\(key.images)×\(side)×\(side), \(convolution.inputChannels)→\(convolution.outputChannels)"
      switch convolution.resampling {
      case .none: return channels
      case .upsample: return channels + ", upsampled"
      case .averagePool: return channels + ", pooled"
      }
    case .linear(let inputs, let outputs): return "\(key.images), \(inputs)→\(outputs)"
    case .attention(let queries, let keys, let depth, let width):
      return "\(key.images), \(queries) queries, \(keys) keys, \(depth)+\(width)"
    case .normalization(let side, let channels), .rectification(let side, let channels):
      return "\(key.images)×\(side)×\(side)×\(channels)"
    case .projection(let channels): return "\(key.images), \(channels)"
    }
  }

  /// Operations of a call, as direct algorithms count them.
  var operations: Double { 2 * Double(key.images) * Double(key.kind.cost(key.pass).multiplyAdds) }

  /// Bytes of a call, if operands are read and results written once.
  var bytes: Double {
    let cost = key.kind.cost(key.pass)
    return 4 * (Double(key.images) * Double(cost.mapNumbers) + Double(cost.weightNumbers))
  }
}

extension Operation.Kind {
  /// Whether this is a 3 × 3 convolution.
  fileprivate var isWideConvolution: Bool {
    if case .convolution(let convolution, _) = self { convolution.kernelSize == 3 } else { false }
  }

  /// Whether the operation takes long enough to be measured.
  fileprivate var isTimed: Bool {
    if case .projection = self { false } else { true }
  }
}
