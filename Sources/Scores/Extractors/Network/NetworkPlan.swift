internal import Files
internal import Kernels
internal import Tensors

/// A network with its weights as a list of steps, each from one place in memory to another.
struct NetworkPlan {
  /// One call of a kernel.
  enum Step: Sendable {
    case convolution(PackedFilters, MapPlace, into: MapPlace, adding: MapPlace?, OutputActivation)
    case winograd(WinogradFilters, MapPlace, into: MapPlace, OutputActivation)
    case depthwise(DepthwiseFilters, MapPlace, into: MapPlace, OutputActivation)
    case pooling(WindowPooling, MapPlace, into: MapPlace)
  }

  private(set) var steps: [Step] = []
  private var allocator = MapAllocator()
  private let weights: NetworkWeights
  private let workspace: Workspace
  /// The last map, whose means are the features.
  private(set) var last = MapPlace(offset: nil, height: 0, width: 0, channels: 0, stride: 0)

  /// Elements of a worker's memory.
  var elements: Int { allocator.elements }

  /// Plans layers and packs their weights.
  ///
  /// - Parameters:
  ///   - layers: The table's layers, or the first of them.
  ///   - weights: Where their weights are.
  ///   - size: Height and width of the pictures.
  ///   - workspace: Gives the memory for weights.
  /// - Throws: `FileError` where weights cannot be read or are not finite.
  init(_ layers: [Layer], _ weights: NetworkWeights, size: Int, in workspace: Workspace) throws(FileError) {
    (self.weights, self.workspace) = (weights, workspace)
    let channels = weights.table.channels
    let picture = MapPlace(offset: nil, height: size, width: size, channels: channels, stride: channels)
    last = try add(layers, picture, into: nil, adding: nil)
  }

  /// Multiply-adds of a picture.
  var multiplyAdds: Int {
    steps.reduce(0) { sum, step in
      switch step {
      case .convolution(let filters, let x, _, _, _): sum + filters.multiplyAdds(height: x.height, width: x.width)
      case .winograd(let filters, let x, _, _): sum + filters.multiplyAdds(height: x.height, width: x.width)
      case .depthwise(let filters, let x, _, _): sum + filters.multiplyAdds(height: x.height, width: x.width)
      case .pooling: sum
      }
    }
  }

  /// All filters, to plan scratch memory for.
  var filters: [PackedFilters] {
    steps.compactMap { if case .convolution(let filters, _, _, _, _) = $0 { filters } else { nil } }
  }

  /// The same of those that are transformed.
  var winograd: [WinogradFilters] {
    steps.compactMap { if case .winograd(let filters, _, _, _) = $0 { filters } else { nil } }
  }

  /// Appends layers one after the other.
  ///
  /// - Parameters:
  ///   - layers: The layers.
  ///   - input: What the first one reads.
  ///   - target: Where the last one writes, or somewhere new.
  ///   - residual: What the last one adds.
  /// - Returns: Where the result is; where it is new, the caller frees it.
  /// - Throws: `FileError` where weights cannot be read or are not finite.
  private mutating func add(
    _ layers: [Layer], _ input: MapPlace, into target: MapPlace?, adding residual: MapPlace?
  ) throws(FileError) -> MapPlace {
    let layers = layers.filter { if case .tap = $0 { false } else { true } }
    var (current, isOwned) = (input, false)
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let next = try add(layer, current, into: isLast ? target : nil, adding: isLast ? residual : nil)
      if isOwned { allocator.release(current) }
      (current, isOwned) = (next, true)
    }
    return current
  }

  private mutating func add(
    _ layer: Layer, _ input: MapPlace, into target: MapPlace?, adding residual: MapPlace?
  ) throws(FileError) -> MapPlace {
    let shape = Self.shape(behind: [layer], (input.height, input.width, input.channels))
    let output =
      target ?? allocator.allocate(height: shape.height, width: shape.width, channels: shape.channels)
    switch layer {
    case .convolution(let layer):
      let folded = try weights.fold(layer)
      let window = layer.window(height: input.height, width: input.width)
      if layer.isDepthwise {
        precondition(residual == nil, "a residual of a depthwise convolution")
        let filters = DepthwiseFilters(folded.filters, bias: folded.bias, window: window, in: workspace)
        steps.append(.depthwise(filters, input, into: output, layer.activation))
      } else if residual == nil,
        WinogradFilters.cover(
          window, inputs: input.channels, outputs: layer.outputs, places: (output.height, output.width))
      {
        let filters = WinogradFilters(
          folded.filters, bias: folded.bias, window: window, inputs: input.channels, outputs: layer.outputs,
          in: workspace)
        steps.append(.winograd(filters, input, into: output, layer.activation))
      } else {
        let filters = PackedFilters(
          folded.filters, bias: folded.bias, window: window, inputs: input.channels, outputs: layer.outputs,
          in: workspace)
        steps.append(.convolution(filters, input, into: output, adding: residual, layer.activation))
      }
    case .pooling(let pooling): steps.append(.pooling(pooling, input, into: output))
    case .branches(let branches):
      var first = 0
      for branch in branches {
        let count = Self.shape(behind: branch, (input.height, input.width, input.channels)).channels
        _ = try add(branch, input, into: output.channels(from: first, count: count), adding: nil)
        first += count
      }
    case .residual(let inner): _ = try add(inner, input, into: output, adding: input)
    case .tap: break
    }
    return output
  }

  /// Extents of the map behind some layers.
  private static func shape(
    behind layers: [Layer], _ input: (height: Int, width: Int, channels: Int)
  ) -> (height: Int, width: Int, channels: Int) {
    var (height, width, channels) = input
    for layer in layers {
      switch layer {
      case .convolution(let layer):
        (height, width) = layer.window(height: height, width: width).places(height: height, width: width)
        channels = layer.outputs
      case .pooling(let pooling): (height, width) = pooling.window.places(height: height, width: width)
      case .branches(let branches):
        let shapes = branches.map { shape(behind: $0, (height, width, channels)) }
        precondition(
          shapes.allSatisfy { ($0.height, $0.width) == (shapes[0].height, shapes[0].width) }, "branches of one size")
        (height, width, channels) = (shapes[0].height, shapes[0].width, shapes.reduce(0) { $0 + $1.channels })
      case .residual, .tap: break
      }
    }
    precondition(height > 0 && width > 0, "pictures of \(input.height) × \(input.width) are too small for this network")
    return (height, width, channels)
  }
}
