// Which tensors a table needs, by the names of PyTorch's state dictionaries.

extension NetworkTable {
  /// All tensors of the layers and the classifier, in the order of the layers.
  var wantedTensors: [FeatureNetwork.FileTensor] {
    var wanted: [FeatureNetwork.FileTensor] = []
    let features = append(layers, inputs: channels, to: &wanted)
    return wanted + classifierTensors(features: features)
  }

  /// The classifier's tensors.
  func classifierTensors(features: Int) -> [FeatureNetwork.FileTensor] {
    [
      FeatureNetwork.FileTensor(name: classifier.name + ".weight", shape: [classifier.classes, features]),
      FeatureNetwork.FileTensor(name: classifier.name + ".bias", shape: [classifier.classes]),
    ]
  }

  /// Counters of training steps, which files may hold and nothing reads.
  var counters: Set<String> {
    Set(
      wantedTensors.filter { $0.name.hasSuffix(".running_mean") }
        .map { $0.name.dropLast("running_mean".count) + "num_batches_tracked" })
  }

  /// Channels of the last map.
  var featureCount: Int {
    var wanted: [FeatureNetwork.FileTensor] = []
    return append(layers, inputs: channels, to: &wanted)
  }

  /// Appends the tensors of some layers; returns the channels behind them.
  private func append(_ layers: [Layer], inputs: Int, to wanted: inout [FeatureNetwork.FileTensor]) -> Int {
    var channels = inputs
    for layer in layers {
      switch layer {
      case .convolution(let layer):
        wanted.append(
          FeatureNetwork.FileTensor(
            name: layer.filters + ".weight",
            shape: [layer.outputs, layer.isDepthwise ? 1 : channels, layer.height, layer.width]))
        for part in ["weight", "bias", "running_mean", "running_var"] {
          wanted.append(FeatureNetwork.FileTensor(name: "\(layer.normalization).\(part)", shape: [layer.outputs]))
        }
        channels = layer.outputs
      case .branches(let branches):
        var outputs = 0
        for branch in branches { outputs += append(branch, inputs: channels, to: &wanted) }
        channels = outputs
      case .residual(let inner):
        _ = append(inner, inputs: channels, to: &wanted)
      case .pooling, .tap: break
      }
    }
    return channels
  }
}
