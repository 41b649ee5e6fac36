/// A colour of a picture, eight bits a channel.
public struct Colour: Sendable, Hashable {
  /// Red, 0…255.
  public let red: UInt8
  /// Green, 0…255.
  public let green: UInt8
  /// Blue, 0…255.
  public let blue: UInt8

  /// A colour from its parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// A grey.
  public init(grey: UInt8) { self.init(red: grey, green: grey, blue: grey) }

  /// The paper.
  public static let white = Colour(grey: 255)
  /// The ink.
  public static let black = Colour(grey: 0)

  /// What the colour is in grey: the luma of ITU-R 601, with the rounding of Pillow's mode "L".
  public var brightness: UInt8 {
    let luma: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
    return UInt8((luma + 0x8000) >> 16)
  }

  /// The bytes of a pixel.
  func bytes(channels: Int) -> [UInt8] { channels == 1 ? [brightness] : [red, green, blue] }
}
