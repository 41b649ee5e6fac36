#if canImport(Glibc)
  internal import Glibc
#endif

/// How Pillow weights neighbours; where an image gets smaller the filter gets as much wider, so that all pixels count.
public enum PillowFilter: String, Sendable, CaseIterable {
  /// A tent, one pixel to each side.
  case bilinear
  /// Keys's cubic with a = −1/2, two pixels to each side.
  case bicubic
  /// A sinc in the window of a wider one, three pixels to each side.
  case lanczos

  private var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  private func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    case .lanczos: return x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }

  /// The positions that one position of the result comes from, and their weights, whose sum is 1.
  struct Window {
    let first: Int
    let weights: [Double]
  }

  /// The windows of all positions of a result, as `precompute_coeffs` of Pillow's Resample.c has them.
  func windows(_ size: Int, _ wanted: Int) -> [Window] {
    let scale = Double(size) / Double(wanted)
    let stretch = max(scale, 1)
    let reach = support * stretch
    return (0..<wanted).map { position in
      let centre = (Double(position) + 0.5) * scale
      let first = max(Int(centre - reach + 0.5), 0)
      let end = min(Int(centre + reach + 0.5), size)
      var weights = (first..<end).map { weight((Double($0) - centre + 0.5) * (1 / stretch)) }
      let sum = weights.reduce(0, +)
      if sum != 0 { weights = weights.map { $0 / sum } }
      return Window(first: first, weights: weights)
    }
  }
}
