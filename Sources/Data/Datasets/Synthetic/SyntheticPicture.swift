internal import Tensors

/// One synthetic image before it is drawn: its class, and what is the sample's own (place, size, angle, shades).
///
/// Coordinates run from −1 to 1 across the image, y downwards; eight pixels of a row are computed at once.
struct SyntheticPicture {
  /// Red, green, blue, in 0…1; equal for grey images.
  typealias Color = SIMD3<Float>

  private let style: SyntheticClass
  private let center: SIMD2<Float>
  private let size: Float
  private let cosine: Float
  private let sine: Float
  private let phase: Float
  private let paint: Color
  private let paintShade: Color
  private let ground: Color
  private let groundShade: Color

  /// Decides what the class leaves open.
  init(_ style: SyntheticClass, isGrey: Bool, _ stream: inout RandomStream) {
    self.style = style
    func within(_ low: Float, _ high: Float) -> Float { low + (high - low) * Float(stream.uniform()) }
    size = within(0.48, 0.7)
    let room = 0.9 - size
    center = SIMD2(within(-room, room), within(-room, room))
    // The half-angle formulas give a rotation of up to about ±20° without trigonometric functions.
    let tangent = within(-0.18, 0.18)
    cosine = (1 - tangent * tangent) / (1 + tangent * tangent)
    sine = 2 * tangent / (1 + tangent * tangent)
    phase = within(0, 1)
    let paintValue = style.isLight ? within(0.5, 0.75) : within(0.8, 1)
    let groundValue = style.isLight ? within(0.85, 1) : within(0.08, 0.28)
    let groundHue = within(0, 1)
    let groundDepth: Float = style.isLight ? -0.16 : 0.14
    if isGrey {
      paint = Color(repeating: style.isLight ? paintValue - 0.45 : paintValue)
      paintShade = Color(repeating: style.isLight ? paintValue - 0.2 : paintValue - 0.4)
      ground = Color(repeating: groundValue)
      groundShade = Color(repeating: groundValue + groundDepth)
    } else {
      let hue = (Float(style.hue) + within(-0.2, 0.2)) / 10
      paint = Self.color(hue, 0.85, paintValue)
      paintShade = Self.color(hue, 0.95, paintValue * 0.45)
      let saturation: Float = style.isLight ? 0.15 : 0.45
      ground = Self.color(groundHue, saturation, groundValue)
      groundShade = Self.color(groundHue, saturation, groundValue + groundDepth)
    }
  }

  /// Draws the image as `resolution`² · `channels` bytes.
  func draw(_ resolution: Int, _ channels: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    let pixel = 2 / Float(resolution)
    let steps = PixelLanes(0, 1, 2, 3, 4, 5, 6, 7)
    for row in 0..<resolution {
      let y = PixelLanes(repeating: (Float(row) + 0.5) * pixel - 1)
      for first in stride(from: 0, to: resolution, by: 8) {
        let x = (PixelLanes(repeating: Float(first) + 0.5) + steps) * pixel - 1
        let weights = coverage(x, y, pixel)
        let position = (row * resolution + first) * channels
        for channel in 0..<channels {
          let values = bytes(mix(channel, weights))
          for lane in 0..<min(8, resolution - first) { pixels[position + lane * channels + channel] = values[lane] }
        }
      }
    }
  }

  /// How much of each pixel belongs to the object, its pattern and outline, and the ground's pattern.
  private struct Weights {
    var object: PixelLanes
    var paintShade: PixelLanes
    var groundShade: PixelLanes
    var dots: PixelLanes
  }

  @inline(__always)
  private func mix(_ channel: Int, _ weights: Weights) -> PixelLanes {
    let ground = ground[channel] + (groundShade[channel] - ground[channel]) * weights.groundShade
    let paint = paint[channel] + (paintShade[channel] - paint[channel]) * weights.paintShade
    let mixed = ground + (paint - ground) * weights.object
    let dotted = mixed + (self.paint[channel] - mixed) * weights.dots
    return clampedToUnit(dotted)
  }

  private func coverage(_ x: PixelLanes, _ y: PixelLanes, _ pixel: Float) -> Weights {
    // Object coordinates: moved, turned and scaled so that the object fills about −1…1.
    let (dx, dy) = (x - center.x, y - center.y)
    let (u, v) = ((dx * cosine + dy * sine) / size, (dy * cosine - dx * sine) / size)
    let unit = pixel / size
    let distance = style.kind.distance(u, v)
    var shade = style.paint.weight(u, v, period: 0.4, phase, unit)
    if style.isOutlined {
      shade = 1 - (1 - shade) * Self.inside(PixelLanes(repeating: 0.13) + distance, unit)
    }
    var dots = PixelLanes(repeating: 0)
    for dot in 0..<style.dots {
      let offset = x - (Float(dot) * 0.36 - 0.72)
      let height = y + 0.86
      dots = larger(dots, Self.inside((offset * offset + height * height).squareRoot() - 0.1, pixel))
    }
    return Weights(
      object: Self.inside(distance, unit), paintShade: shade,
      groundShade: style.ground.weight(x, y, period: 0.5, phase, pixel), dots: dots)
  }

  /// The share of a pixel of width `unit` that lies inside, given the signed distance of its centre from the edge.
  @inline(__always)
  static func inside(_ distance: PixelLanes, _ unit: Float) -> PixelLanes {
    clampedToUnit(0.5 - distance / unit)
  }

  /// The colour of a hue (one turn is 1), a saturation and a value.
  private static func color(_ hue: Float, _ saturation: Float, _ value: Float) -> Color {
    func channel(_ shift: Float) -> Float {
      let turns = hue + shift
      let ramp = abs((turns - turns.rounded(.down)) * 6 - 3) - 1
      return value * (1 - saturation + saturation * min(max(ramp, 0), 1))
    }
    return Color(channel(0), channel(2 / 3), channel(1 / 3))
  }
}
