/// How convolutions and their gradients are computed.
public enum ConvolutionAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// As products of gathered columns: the oracle, and whatever the fast algorithm does not cover.
  case direct
  /// In a transformed domain, with several times fewer multiplications; in place where that would not pay.
  case fast
}

extension Convolution {
  /// The same convolution by the wanted algorithm, if that covers it.
  ///
  /// The choice depends on the layer alone, not on how many images a pass has, since it decides the order of the filters.
  ///
  /// - Parameters:
  ///   - wanted: The algorithm to use where possible.
  ///   - height: Height of the input.
  ///   - width: Width of the input.
  ///   - type: The numbers' type; `Double` is for checks and has no fast algorithm.
  /// - Returns: The convolution with its algorithm.
  public func adopting<Scalar: KernelScalar>(
    _ wanted: ConvolutionAlgorithm, height: Int, width: Int, of type: Scalar.Type
  ) -> Convolution {
    let isPacked = inputChannels % FilterPanels.columns == 0 && outputChannels % FilterPanels.columns == 0
    let isTiled = kernelSize == 3 && isPacked && min(height, width) >= 4
    var result = self
    result.algorithm = type == Float.self && (isTiled || isPointwise || isNarrow(width: width)) ? wanted : .direct
    return result
  }

  /// The extents of the filters as kernels read them.
  public var filterShape: [Int] {
    hasPanels
      ? [kernelSize, kernelSize, outputChannels / FilterPanels.columns, inputChannels, FilterPanels.columns]
      : [kernelSize, kernelSize, inputChannels, outputChannels]
  }

  /// The axes of `filterShape` in the order output channel, input channel, tap row, tap column.
  public var filterAxes: [Int] { hasPanels ? [2, 4, 3, 0, 1] : [3, 2, 0, 1] }

  /// Output channels that lie side by side in the filters: all of them, or those of one panel.
  public var filterColumns: Int { hasPanels ? FilterPanels.columns : outputChannels }

  /// Whether the filters are kept in panels of output channels: for all fast convolutions between wide maps.
  private var hasPanels: Bool { algorithm == .fast && !isNarrow }
}
