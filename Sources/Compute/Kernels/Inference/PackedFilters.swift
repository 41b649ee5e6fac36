package import Tensors

/// What comes after a convolution's sums.
package enum OutputActivation: Hashable, Sendable {
  /// Nothing.
  case none
  /// max(0, x).
  case relu
  /// min(max(0, x), 6).
  case relu6

  /// The least and the largest result.
  var bounds: (low: Float, high: Float) {
    switch self {
    case .none: (-.infinity, .infinity)
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    }
  }
}

/// The filters of a convolution with a window, packed once in the order in which its products read them.
///
/// The order is `[chain][O / columns][term][columns]`. A chain is a run of terms that are summed in registers; chains are
/// added in memory, in order. Their cut is a function of the filters' shape alone, so an output's bits depend on its window's
/// pixels and on nothing else.
package struct PackedFilters: @unchecked Sendable {
  /// Terms that are summed in one go: some taps with all of their channels, or some channels of one tap.
  struct Chain {
    let firstTap: Int
    let taps: Int
    let firstChannel: Int
    let channels: Int

    var terms: Int { taps * channels }
  }

  /// Columns of a block of products: two vectors.
  static var columns: Int { 2 * VectorLanes.count }

  /// The window.
  package let window: Window
  /// Channels that are read.
  package let inputs: Int
  /// Channels that are written.
  package let outputs: Int
  /// Whether a row of the window is read as one tap with the channels of all its pixels, which lie in a row.
  let joinsColumns: Bool
  let chains: [Chain]
  /// Blocks of columns.
  let columnBlocks: Int
  let filters: Tensor<Float>
  /// Padded to whole blocks.
  let bias: Tensor<Float>

  /// Packs filters.
  ///
  /// - Parameters:
  ///   - weights: `[O, C, kh, kw]`, as files have them.
  ///   - bias: `[O]`.
  ///   - window: The window; without padding at the sides its rows are read as wholes.
  ///   - inputs: C.
  ///   - outputs: O.
  ///   - workspace: Gives the memory.
  package init(
    _ weights: [Float], bias: [Float], window: Window, inputs: Int, outputs: Int, in workspace: Workspace
  ) {
    precondition(
      weights.count == outputs * inputs * window.taps && bias.count == outputs,
      "\(weights.count) weights and \(bias.count) biases for [\(outputs), \(inputs), \(window.height), \(window.width)]"
    )
    (self.window, self.inputs, self.outputs) = (window, inputs, outputs)
    joinsColumns = window.padding.left == 0 && window.padding.right == 0
    let (taps, channels) =
      joinsColumns ? (window.height, window.width * inputs) : (window.taps, inputs)
    chains = Self.chains(taps: taps, channels: channels)
    columnBlocks = (outputs + Self.columns - 1) / Self.columns
    filters = workspace.tensor(Shape(columnBlocks * Self.columns, taps * channels))
    self.bias = workspace.tensor(Shape(columnBlocks * Self.columns))
    for (i, number) in bias.enumerated() { self.bias.base[i] = number }
    var to = filters.base
    for chain in chains {
      for block in 0..<columnBlocks {
        for tap in chain.firstTap..<chain.firstTap + chain.taps {
          for channel in chain.firstChannel..<chain.firstChannel + chain.channels {
            // The term's tap of the window, row by row, and its input channel.
            let term = tap * channels + channel
            let from = term % inputs * window.taps + term / inputs
            for column in 0..<min(Self.columns, outputs - block * Self.columns) {
              to[column] = weights[(block * Self.columns + column) * inputs * window.taps + from]
            }
            to += Self.columns
          }
        }
      }
    }
  }

  /// Elements from a tap to the next in the window's terms.
  var tapChannels: Int { joinsColumns ? window.width * inputs : inputs }
  /// Taps as they are read.
  var tapCount: Int { joinsColumns ? window.height : window.taps }

  /// Multiply-adds for a map of `height` × `width` pixels.
  package func multiplyAdds(height: Int, width: Int) -> Int {
    let places = window.places(height: height, width: width)
    return places.height * places.width * window.taps * inputs * outputs
  }

  /// Chains of at most `chainLength` terms and about equal length.
  private static func chains(taps: Int, channels: Int) -> [Chain] {
    if channels <= chainLength {
      let parts = (taps * channels + chainLength - 1) / chainLength
      let most = max(1, min(chainLength / channels, (taps + parts - 1) / parts))
      return stride(from: 0, to: taps, by: most).map {
        Chain(firstTap: $0, taps: min(most, taps - $0), firstChannel: 0, channels: channels)
      }
    }
    let parts = (channels + chainLength - 1) / chainLength
    // Whole cache lines.
    let length = ((channels + parts - 1) / parts + cacheLine - 1) / cacheLine * cacheLine
    return (0..<taps).flatMap { tap in
      stride(from: 0, to: channels, by: length).map {
        Chain(firstTap: tap, taps: 1, firstChannel: $0, channels: min(length, channels - $0))
      }
    }
  }
}
