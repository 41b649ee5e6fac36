/// The patterns that objects and grounds of synthetic images are painted with.
extension SyntheticClass.Pattern {
  /// How much of each pixel has the pattern's second colour, 0…1.
  ///
  /// - Parameters:
  ///   - x: Coordinates of the pixels' centres.
  ///   - y: Coordinates of the pixels' centres.
  ///   - period: After which distance the pattern repeats.
  ///   - phase: Where it begins, in periods.
  ///   - unit: Width of a pixel.
  /// - Returns: The weights of eight pixels.
  func weight(_ x: PixelLanes, _ y: PixelLanes, period: Float, _ phase: Float, _ unit: Float) -> PixelLanes {
    switch self {
    case .plain: return PixelLanes(repeating: 0)
    case .rows: return stripes(y, period, phase, unit)
    case .columns: return stripes(x, period, phase, unit)
    case .diagonals: return stripes((x + y) * 0.70710678, period, phase, unit)
    case .dots:
      let across = fromMiddle(x, period, phase)
      let down = fromMiddle(y, period, phase)
      return SyntheticPicture.inside((across * across + down * down).squareRoot() - 0.3 * period, unit)
    }
  }

  @inline(__always)
  private func stripes(_ x: PixelLanes, _ period: Float, _ phase: Float, _ unit: Float) -> PixelLanes {
    let offset = fromMiddle(x, period, phase)
    return SyntheticPicture.inside(absolute(offset) - 0.25 * period, unit)
  }

  /// The signed distance from the middle of the nearest period.
  @inline(__always)
  private func fromMiddle(_ x: PixelLanes, _ period: Float, _ phase: Float) -> PixelLanes {
    let periods = x / period + phase
    return (periods - nearestWhole(periods)) * period
  }
}
