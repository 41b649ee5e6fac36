import Images
import TestSupport

extension Fixtures {
  /// An image as Pillow has it.
  static func image(_ name: String) throws -> DecodedImage { try PNG.decode(try bytes(name + ".png"), name: name) }
}
