internal import Kernels
internal import Layers
internal import Networks

/// One of the three things that a layer does in training.
enum Pass: String, CaseIterable, Sendable {
  case forward
  /// The gradient of what came in; of attention and normalization, all there is on the way back.
  case inputGradient = "input gradient"
  case weightGradient = "weight gradient"
}

/// What a pass through an operation takes.
struct OperationCost {
  /// Multiply-adds of one image.
  var multiplyAdds = 0
  /// Numbers of maps read and written for one image.
  var mapNumbers = 0
  /// Numbers of weights read or written.
  var weightNumbers = 0
}

extension Operation.Kind {
  /// What a pass takes; nothing where there is no such pass.
  func cost(_ pass: Pass) -> OperationCost {
    switch (self, pass) {
    case (.convolution(let convolution, let side), _):
      let output = convolution.outputSide(side)
      return OperationCost(
        multiplyAdds: convolution.multiplyAdds(height: side, width: side),
        mapNumbers: side * side * convolution.inputChannels + output * output * convolution.outputChannels,
        weightNumbers: convolution.weightCount)
    case (.linear(let inputs, let outputs), _):
      return OperationCost(
        multiplyAdds: inputs * outputs, mapNumbers: inputs + outputs, weightNumbers: inputs * outputs)
    case (.attention(let queries, let keys, let depth, let width), .forward):
      return OperationCost(
        multiplyAdds: queries * keys * (depth + width), mapNumbers: (queries + keys) * (depth + width))
    case (.attention(let queries, let keys, let depth, let width), .inputGradient):
      return OperationCost(
        multiplyAdds: 2 * queries * keys * (depth + width), mapNumbers: 2 * (queries + keys) * (depth + width))
    case (.normalization(let side, let channels), .forward):
      return OperationCost(mapNumbers: side * side * channels)
    case (.normalization(let side, let channels), .inputGradient),
      (.rectification(let side, let channels), .inputGradient):
      return OperationCost(mapNumbers: 3 * side * side * channels)
    case (.projection(let channels), _): return OperationCost(multiplyAdds: channels, mapNumbers: 2 * channels)
    case (.attention, .weightGradient), (.normalization, .weightGradient), (.rectification, _):
      return OperationCost()
    }
  }
}

extension Convolution {
  /// Height of the output for an input of that height.
  func outputSide(_ side: Int) -> Int {
    switch resampling {
    case .none: side
    case .upsample: 2 * side
    case .averagePool: side / 2
    }
  }
}
