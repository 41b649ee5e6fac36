internal import Checkpoints
internal import Configuration
internal import Files
internal import Formats
internal import Networks
internal import Runs

/// A generator as a graph of ONNX operators: latent vectors and labels in, images out, with running statistics.
///
/// Spectral norms are divided out, and batch norm is a scale and a shift by class, gathered by label.
struct ONNXGenerator {
  private let table: GeneratorArchitecture
  private let tensors: NetworkTensors

  init(_ table: GeneratorArchitecture, _ tensors: NetworkTensors) { (self.table, self.tensors) = (table, tensors) }

  func write(to file: OutputFile, in checkpoint: Checkpoint) throws {
    // Tables twice, as scales and shifts; everything else once.
    let byteCount = table.parameterCount * MemoryLayout<Float>.stride
    guard byteCount < ONNXModel.byteLimit - (1 << 24) else {
      throw ConfigurationError(
        "a generator of \(grouped(table.parameterCount)) parameters takes \(mebibytes(byteCount)) MiB, and files of ONNX have "
          + "at most 2048; export it --to huggingface instead")
    }
    try model().write(
      to: file, name: "generator", producer: ("sagan", ProgramVersion.number),
      metadata: [
        "architecture": table.json, "step": "\(checkpoint.manifest.step)",
        "class_names": JSONText.encode(checkpoint.manifest.classNames ?? []),
      ])
  }

  /// The graph.
  private func model() -> ONNXModel {
    var model = ONNXModel()
    model.input("latents", .float, [("N", nil), ("latent", table.latentSize)])
    model.input("labels", .int64, [("N", nil)])
    let side = table.resolution
    model.output("images", .float, [("N", nil), ("C", table.imageChannels), ("H", side), ("W", side)])
    let doubled = model.constant("doubled", [4], [1, 1, 2, 2])
    let linear = model.constant("linear.weight", tensors.shape("linear.weight"), tensors.used("linear"))
    let bias = model.constant("linear.bias", tensors.shape("linear.bias"), tensors.numbers("linear.bias"))
    var x = model.node("Gemm", ["latents", linear, bias], [("transB", .integer(1))])
    x = reshape(&model, x, [0, table.initialChannels, 4, 4], "first")
    let attention = table.attentionBlocks
    for (block, map) in table.maps.enumerated() {
      x = upBlock(&model, x, "block\(block)", doubled)
      guard attention.contains(block) else { continue }
      x =
        switch table.attentionKind {
        case .attention: self.attention(&model, x, "block\(block).attention", map)
        case .residual: residual(&model, x, "block\(block).residual")
        }
    }
    let (scale, shift) = affine("bn", gain: tensors.numbers("bn.weight"))
    let shape = [1, scale.count, 1, 1]
    x = model.node("Mul", [x, model.constant("bn.scale", shape, scale)])
    x = model.node("Add", [x, model.constant("bn.shift", shape, shift)])
    x = convolution(&model, model.node("Relu", [x]), "to_image")
    _ = model.node("Tanh", [x], named: "images")
    return model
  }

  private func upBlock(_ model: inout ONNXModel, _ x: String, _ name: String, _ doubled: String) -> String {
    var h = upsample(&model, conditionalNorm(&model, x, name + ".bn1"), doubled)
    h = convolution(&model, h, name + ".conv1")
    h = convolution(&model, conditionalNorm(&model, h, name + ".bn2"), name + ".conv2")
    let shortcut = upsample(&model, convolution(&model, x, name + ".shortcut"), doubled)
    return model.node("Add", [h, shortcut])
  }

  private func upsample(_ model: inout ONNXModel, _ x: String, _ doubled: String) -> String {
    let attributes: [(String, ONNXModel.Attribute)] =
      switch table.upsampling {
      case .nearest:
        [
          ("mode", .text("nearest")), ("nearest_mode", .text("floor")),
          ("coordinate_transformation_mode", .text("asymmetric")),
        ]
      case .bilinear: [("mode", .text("linear")), ("coordinate_transformation_mode", .text("half_pixel"))]
      }
    return model.node("Resize", [x, "", doubled], attributes)
  }

  private func convolution(_ model: inout ONNXModel, _ x: String, _ name: String, factor: Float = 1) -> String {
    let shape = tensors.shape(name + ".weight")
    var inputs = [x, model.constant(name + ".weight", shape, tensors.used(name, factor: factor))]
    if tensors.has(name + ".bias") {
      inputs.append(model.constant(name + ".bias", [shape[0]], tensors.numbers(name + ".bias")))
    }
    let (kernel, edge) = (shape[2], shape[2] / 2)
    return model.node(
      "Conv", inputs, [("kernel_shape", .integers([kernel, kernel])), ("pads", .integers([edge, edge, edge, edge]))])
  }

  // MARK: Batch norm

  /// Scale and shift of batch norm by running statistics, for rows of gain and bias.
  private func affine(_ name: String, gain: [Float]) -> (scale: [Float], shift: [Float]) {
    let (mean, variance) = (tensors.numbers(name + ".running_mean"), tensors.numbers(name + ".running_var"))
    let bias = tensors.numbers(name + ".bias")
    let channels = mean.count
    var (scale, shift) = (gain, bias)
    for place in gain.indices {
      let channel = place % channels
      let factor = Double(gain[place]) / (Double(variance[channel]) + 1e-5).squareRoot()
      scale[place] = Float(factor)
      shift[place] = Float(Double(bias[place]) - Double(mean[channel]) * factor)
    }
    return (scale, shift)
  }

  private func conditionalNorm(_ model: inout ONNXModel, _ x: String, _ name: String) -> String {
    let shape = tensors.shape(name + ".gain") + [1, 1]
    let (scale, shift) = affine(name, gain: tensors.numbers(name + ".gain").map { $0 + 1 })
    let scales = model.node("Gather", [model.constant(name + ".scale", shape, scale), "labels"])
    let shifts = model.node("Gather", [model.constant(name + ".shift", shape, shift), "labels"])
    return model.node("Relu", [model.node("Add", [model.node("Mul", [x, scales]), shifts])])
  }

  // MARK: Attention and its control

  private func attention(_ model: inout ONNXModel, _ x: String, _ name: String, _ map: Int) -> String {
    let (depth, width) = (tensors.shape(name + ".query.weight")[0], tensors.shape(name + ".value.weight")[0])
    let (pixels, pooled) = (map * map, map * map / 4)
    let pool: [(String, ONNXModel.Attribute)] = [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2]))]
    func flat(_ x: String, _ channels: Int, _ pixels: Int, _ part: String) -> String {
      reshape(&model, x, [0, channels, pixels], name + part)
    }
    let swapped: [(String, ONNXModel.Attribute)] = [("perm", .integers([0, 2, 1]))]
    let query = flat(convolution(&model, x, name + ".query"), depth, pixels, ".query.flat")
    let key = flat(model.node("MaxPool", [convolution(&model, x, name + ".key")], pool), depth, pooled, ".key.flat")
    let value = flat(
      model.node("MaxPool", [convolution(&model, x, name + ".value")], pool), width, pooled, ".value.flat")
    let scores = model.node("MatMul", [model.node("Transpose", [query], swapped), key])
    let weights = model.node("Softmax", [scores], [("axis", .integer(2))])
    let attended = model.node("MatMul", [value, model.node("Transpose", [weights], swapped)])
    let square = reshape(&model, attended, [0, width, map, map], name + ".square")
    let output = convolution(&model, square, name + ".output", factor: tensors.numbers(name + ".gamma")[0])
    return model.node("Add", [x, output])
  }

  private func residual(_ model: inout ONNXModel, _ x: String, _ name: String) -> String {
    let first = model.node("Relu", [convolution(&model, x, name + ".conv1")])
    let second = model.node("Relu", [convolution(&model, first, name + ".conv2")])
    return model.node("Add", [x, convolution(&model, second, name + ".conv3")])
  }

  /// A view of other extents; 0 keeps one.
  private func reshape(_ model: inout ONNXModel, _ x: String, _ shape: [Int], _ name: String) -> String {
    model.node("Reshape", [x, model.constant(name + ".shape", integers: shape)])
  }
}
