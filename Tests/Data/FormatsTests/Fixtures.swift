import Formats
import Foundation

/// Images that Pillow made and read: `Tests/Fixtures/make_images.py`.
enum Fixtures {
  /// The bytes of a file.
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: folder.appendingPathComponent("Fixtures/images/\(name)")))
  }

  /// An image as Pillow has it.
  static func image(_ name: String) throws -> DecodedImage { try PNG.decode(try bytes(name + ".png"), name: name) }
}
