/// The outlines of synthetic objects, which fill about −1…1, as signed distances: negative inside.
extension SyntheticClass.Kind {
  /// How far points lie outside the outline; exact near the edge, which is all that drawing needs.
  func distance(_ x: PixelLanes, _ y: PixelLanes) -> PixelLanes {
    switch self {
    case .disc: disc(x, y, 0.9)
    case .ring: absolute(disc(x, y, 0.72)) - 0.22
    case .square: box(x, y, 0.78, 0.78)
    case .frame: larger(box(x, y, 0.85, 0.85), 0 - box(x, y, 0.48, 0.48))
    case .triangle: triangle(x, y)
    case .star: star(x, y)
    case .cross: smaller(box(x, y, 0.92, 0.3), box(x, y, 0.3, 0.92))
    case .crescent: larger(disc(x, y, 0.9), 0 - disc(x - 0.42, y, 0.7))
    case .bars: smaller(box(x, y, 0.88, 0.19), box(x, absolute(y) - 0.68, 0.88, 0.19))
    case .heart: heart(x, y)
    }
  }

  /// What lies above one line and below two of slope 60°.
  private func triangle(_ x: PixelLanes, _ y: PixelLanes) -> PixelLanes {
    let sides = absolute(x) * 0.8660254 - y * 0.5
    return larger(y - 0.62, sides - 0.52)
  }

  /// A square on its corner with a disc on each of its upper sides.
  private func heart(_ x: PixelLanes, _ y: PixelLanes) -> PixelLanes {
    let (right, down) = (absolute(x), y - 0.2)
    let square = (right + absolute(down)) * 0.70710678 - 0.5
    return smaller(square, disc(right - 0.35355339, down + 0.35355339, 0.5))
  }

  /// A star of five points: what lies behind at least four of the five lines through its points, in other words, where
  /// the second largest of five distances is negative.
  private func star(_ x: PixelLanes, _ y: PixelLanes) -> PixelLanes {
    var largest = 0 - y
    var second = PixelLanes(repeating: -2)
    func add(_ distance: PixelLanes) {
      second = larger(second, smaller(largest, distance))
      largest = larger(largest, distance)
    }
    // The lines' normals are 72° apart: cosines and sines of 18° and 54°.
    let (x1, y1) = (x * 0.95105652, y * 0.30901699)
    add(x1 - y1)
    add(0 - x1 - y1)
    let (x2, y2) = (x * 0.58778525, y * 0.80901699)
    add(x2 + y2)
    add(y2 - x2)
    return second - 0.34
  }

  @inline(__always)
  private func disc(_ x: PixelLanes, _ y: PixelLanes, _ radius: Float) -> PixelLanes {
    (x * x + y * y).squareRoot() - radius
  }

  @inline(__always)
  private func box(_ x: PixelLanes, _ y: PixelLanes, _ width: Float, _ height: Float) -> PixelLanes {
    larger(absolute(x) - width, absolute(y) - height)
  }
}
