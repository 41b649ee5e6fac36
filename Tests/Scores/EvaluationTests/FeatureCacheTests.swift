import DataParallel
import Evaluation
import Statistics
import Tensors
import Threads
import Files
import Foundation
import TestSupport
import Testing

/// Pictures of four pixels.
private struct Pictures: PixelSource {
  var count = 3
  let description = "pictures"
  let fingerprint = "four pixels each"
  let height = 2
  let width = 2
  let channels = 1
  let classNames: [String] = []

  func label(_ index: Int) -> Int { 0 }
  func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    for place in pixels.indices { pixels[place] = UInt8(place) }
  }
}

/// Their pixels as features.
private final class Copying: RowExtractor {
  let name = "copy"
  let digest = "none"
  let preprocessing = "none"
  let featureCount = 4
  let logitCount = 0
  let channels = 1

  func extract(
    _ images: ImageBytes, into features: UnsafeMutableBufferPointer<Float>, logits: UnsafeMutableBufferPointer<Float>
  ) { for place in features.indices { features[place] = Float(images.bytes[place]) } }
}

@Suite struct FeatureCacheTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func extract() throws {
    _ = try Extraction(Copying(), batch: 2, cache: directory.path, replicas: .alone()) { _ in }.table(
      of: Pictures(), "pictures")
  }

  /// Moments of a large side are summed once, and again where the file was damaged; they go with the rows.
  @Test func momentsAreKeptWhereTheyTakeLessRoom() throws {
    let (pictures, pool) = (Pictures(count: 200), try WorkerPool(starting: 1))
    var calls = 0
    func moments(of pictures: Pictures) throws -> [Moments] {
      try FeatureCache.moments(of: pictures, Copying(), in: directory.path, replicas: .alone()) {
        calls += 1
        return Groups(of: pictures.count).ranges.map { images in
          var sums = MomentSums(count: images.count, dimensions: 4, pool: pool)
          let workspace = Workspace()
          let rows: Tensor<Float> = workspace.tensor(Shape(images.count, 4))
          for place in 0..<rows.count { rows.base[place] = Float(images.lowerBound + place) }
          sums.add(rows)
          return sums.moments
        }
      }
    }
    let first = try moments(of: pictures)
    #expect(try moments(of: pictures) == first && calls == 1)
    let cache = try Folder(directory.path)
    let item = try #require(FeatureCache.items(in: cache).first)
    let file = URL(fileURLWithPath: directory.path + "/" + item.name + "/moments.npz")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: file)
    #expect(try moments(of: pictures) == first && calls == 2)
    #expect(try FeatureCache.items(in: cache).first?.remove(from: cache) == .removed)
    #expect(FeatureCache.items(in: cache).isEmpty && !FileManager.default.fileExists(atPath: file.path))
    // Those of a few images take more room than their rows.
    _ = try moments(of: Pictures(count: 30))
    #expect(FeatureCache.items(in: cache).isEmpty && calls == 3)
  }

  @Test func itTellsWhatIsItsOwn() throws {
    try extract()
    let cache = try Folder(directory.path)
    let item = try #require(FeatureCache.items(in: cache).first)
    #expect(item.text == "1 file of images' 4 features by copy" && item.byteCount > 3 * 4 * 4)
    #expect(item.name.hasPrefix("features/"))
    let before = try directory.contents()
    #expect(try item.remove(from: cache) == .removed)
    #expect(FeatureCache.items(in: cache).isEmpty)
    // And makes the same again.
    try extract()
    #expect(try directory.contents() == before)
  }

  @Test func whatAnEvaluationUsesStays() throws {
    let cache = try Folder(directory.path)
    do {
      let used = try FeatureCache(directory.path, Pictures(), Copying())
      let item = try #require(FeatureCache.items(in: cache).first)
      #expect(item.text == "empty" && item.byteCount == 0)
      #expect(try item.remove(from: cache) == .inUse)
      withExtendedLifetime(used) {}
    }
    #expect(try #require(FeatureCache.items(in: cache).first).remove(from: cache) == .removed)
  }

  @Test func otherFilesAreNotItsOwn() throws {
    try extract()
    let key = try #require(directory.names(in: "features").first)
    let rows = try directory.content("features/\(key)/blocks-0-1.safetensors")
    let other = String(repeating: "a", count: 32)
    for name in ["mine/blocks-0-1.safetensors", "\(other)/blocks-0-1.safetensors", "\(key)/blocks-1-0.safetensors"] {
      try FileManager.default.createDirectory(
        atPath: Directory.split("\(directory.path)/features/\(name)").folder, withIntermediateDirectories: true)
      try Data(rows).write(to: URL(fileURLWithPath: "\(directory.path)/features/\(name)"))
    }
    let cache = try Folder(directory.path)
    let items = FeatureCache.items(in: cache)
    #expect(items.map(\.name) == ["features/\(key)"])
    for item in items { #expect(try item.remove(from: cache) == .removed) }
    #expect(Set(directory.names(in: "features")) == ["mine", other, key])
    #expect(directory.names(in: "features/\(key)") == ["blocks-1-0.safetensors"])
  }
}

extension TemporaryDirectory {
  fileprivate func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? []
  }
}
