import Files
import Datasets
import Testing

@Suite struct SyntheticShapesTests {
  static func pixels(_ source: any ImageDataset, _ index: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: source.imageSize) { buffer, count in
      do {
        try source.copyPixels(index, into: UnsafeMutableBufferPointer(rebasing: buffer[..<source.imageSize]))
      } catch {
        Issue.record(error)
      }
      count = source.imageSize
    }
  }

  static func hash(_ source: any ImageDataset, _ indices: Range<Int>) -> String {
    let fingerprint = Fingerprint()
    for index in indices { fingerprint.update(pixels(source, index)) }
    return fingerprint.hexadecimal
  }

  /// Pixels belong to `SyntheticShapes.version`: a test that fails here calls for a new version, then for new values.
  @Test func drawsTheSamePixelsOnEveryMachine() {
    let grey = SyntheticShapes(resolution: 20, channels: 1, classes: 5000)
    let colour = SyntheticShapes(resolution: 64, channels: 3, classes: 5000)
    #expect(Self.hash(grey, 0..<5000) == "dea248549658d1946e25f76250ca2a88")
    #expect(Self.hash(colour, 0..<5000) == "473a4b10a3b4a31a323b4db94d6ed0a2")
  }

  @Test func isAPureFunctionOfTheIndex() {
    let one = SyntheticShapes(resolution: 32, classes: 10)
    let two = SyntheticShapes(resolution: 32, classes: 10)
    let forward = (0..<40).map { Self.pixels(one, $0) }
    for index in (0..<40).reversed() { #expect(Self.pixels(two, index) == forward[index]) }
    #expect(Set(forward).count == 40)
    #expect((0..<40).map(one.label) == (0..<40).map { $0 % 10 })
  }

  @Test func fingerprintsTellSettingsApart() {
    let sets = [
      SyntheticShapes(resolution: 32, classes: 10), SyntheticShapes(resolution: 64, classes: 10),
      SyntheticShapes(resolution: 32, channels: 1, classes: 10), SyntheticShapes(resolution: 32, classes: 11),
      SyntheticShapes(resolution: 32, classes: 10, count: 99),
    ]
    #expect(Set(sets.map(\.fingerprint)).count == 5)
    #expect(sets[0].fingerprint == SyntheticShapes(resolution: 32, classes: 10).fingerprint)
    #expect(sets[0].fingerprint == "f56216affef06d1c4b0c7e98fbdd5bf4")
  }

  @Test func namesEveryClassDifferently() {
    let names = SyntheticShapes(resolution: 8, classes: 5000).classNames
    #expect(names.count == 5000)
    #expect(Set(names).count == 5000)
    #expect(names[0] == "red disc, plain on dark plain")
  }

  /// A classifier that looks at nothing but each class's mean image must do far better than guessing.
  @Test(arguments: [1, 3]) func classesCanBeToldApart(channels: Int) {
    let source = SyntheticShapes(resolution: 16, channels: channels, classes: 10)
    var means = [[Float]](repeating: [Float](repeating: 0, count: source.imageSize), count: 10)
    for index in 0..<2000 {
      for (position, value) in Self.pixels(source, index).enumerated() {
        means[index % 10][position] += Float(value) / 200
      }
    }
    var hits = 0
    for index in 2000..<2500 {
      let image = Self.pixels(source, index).map { Float($0) }
      let distances = means.map { mean in
        zip(mean, image).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      if distances.indices.min(by: { distances[$0] < distances[$1] }) == index % 10 { hits += 1 }
    }
    #expect(hits > (channels == 3 ? 250 : 100), "\(hits) of 500")
  }
}
