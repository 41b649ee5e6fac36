import Images
import Datasets
import Foundation
import Synchronization

/// A folder of images for tests, and one for decoded images, removed with the last reference.
final class ImageFolder {
  let path = NSTemporaryDirectory() + "/folder-tests-" + UUID().uuidString
  /// Where the images are.
  var images: String { path + "/images" }
  /// Where decoded images go.
  var cache: String { path + "/made/cache" }

  init() throws { try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and the folders it lies in.
  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: images + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes an image of one grey tone.
  func writeTone(_ tone: UInt8, to name: String, width: Int = 40, height: Int = 36) throws {
    let pixels = [UInt8](repeating: tone, count: width * height)
    try write(try PNG.encode(pixels: pixels, width: width, height: height, channels: 1), to: name)
  }

  /// Two classes of three images each.
  static func small() throws -> ImageFolder {
    let folder = try ImageFolder()
    for (index, name) in ["a/1.png", "a/2.png", "a/3.png", "b/1.png", "b/2.png", "b/3.png"].enumerated() {
      try folder.writeTone(UInt8(10 * index + 10), to: name, width: 40 + index, height: 36)
    }
    return folder
  }

  /// Opens the data set, and returns what was reported.
  func open(
    _ request: ImageSpecification = ImageSpecification(resolution: 32), threads: Int = 2
  ) throws -> (source: any ImageDataset, notices: [DatasetProgress]) {
    let notices = Mutex<[DatasetProgress]>([])
    let access = DecodeOptions(cacheFolder: cache, threads: threads) { notice in notices.withLock { $0.append(notice) }
    }
    let source = try DataSpecification.folder(directory: images).find(request).open(access)
    return (source, notices.withLock { $0 })
  }

  /// What lies where decoded images go.
  var cached: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []).sorted() }

  /// The only cache.
  func cachePath() throws -> String { cache + "/" + (cached.first { $0.hasSuffix(".safetensors") } ?? "none") }
}

extension ImageDataset {
  /// The bytes of an image.
  func pixels(_ index: Int) -> [UInt8] { SyntheticShapesTests.pixels(self, index) }

  /// The first byte of every image.
  var tones: [UInt8] { (0..<count).map { pixels($0)[0] } }
}
