import Files
import Formats
import TestSupport
import Testing

/// What evaluation takes from `.npz` files: moments of features, and images.
@Suite struct NPZContentTests {
  @Test func readsAndWritesMoments() throws {
    let folder = try TemporaryDirectory()
    let moments = try FeatureMoments(NPZFile(path: Fixtures.weights("moments.npz")))
    #expect(moments.mean.count == 4 && moments.covariance[1] == moments.covariance[4])
    for name in ["a.npz", "b.npz"] { try moments.write(to: try OutputFile(path: folder.path + "/" + name)) }
    #expect(try folder.content("a.npz") == folder.content("b.npz"))
    let again = try FeatureMoments(NPZFile(path: folder.path + "/a.npz"))
    #expect(again.mean == moments.mean && again.covariance == moments.covariance)
  }

  private func refuse(
    _ mention: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ write: (inout NPZWriter) throws -> Void
  ) throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/x.npz"
    var writer = NPZWriter(to: try OutputFile(path: path))
    try write(&writer)
    _ = try writer.finish()
    expectError(.malformed, mentions: [mention, path], sourceLocation: sourceLocation) {
      try FeatureMoments(NPZFile(path: path))
    }
  }

  @Test func refusesWhatAreNoMoments() throws {
    let two: [Double] = [1, 2]
    try refuse("found 'mu', 'cov'") {
      try $0.add("mu", shape: [2], two)
      try $0.add("cov", shape: [2, 2], two + two)
    }
    try refuse("found none") { _ in }
    try refuse("shapes [2, 1] and [2, 2]") {
      try $0.add("mu", shape: [2, 1], two)
      try $0.add("sigma", shape: [2, 2], two + two)
    }
    try refuse("shapes [2] and [2]") {
      try $0.add("mu", shape: [2], two)
      try $0.add("sigma", shape: [2], two)
    }
    try refuse("shapes [0] and [0, 0]") {
      try $0.add("mu", shape: [0], [Double]())
      try $0.add("sigma", shape: [0, 0], [Double]())
    }
    try refuse("shapes [100000] and [2, 2]") {
      try $0.add("mu", shape: [100_000], [Float](repeating: 0, count: 100_000))
      try $0.add("sigma", shape: [2, 2], two + two)
    }
    try refuse("found i8 and f8") {
      try $0.add("mu", shape: [2], [1, 2] as [Int64])
      try $0.add("sigma", shape: [2, 2], two + two)
    }
    for (sigma, mention) in [
      ([1, 0, .nan, 1], "nan at [1, 0]"), ([1, .infinity, 0, 1], "inf at [0, 1]"), ([1, 0, 0, -1], "-1.0 at [1, 1]"),
      ([1, 0.5, 0.25, 1], "0.25 at [1, 0] and 0.5 at [0, 1]"),
    ] as [([Double], String)] {
      try refuse(mention) {
        try $0.add("mu", shape: [2], two)
        try $0.add("sigma", shape: [2, 2], sigma)
      }
    }
    try refuse("nan at [1]") {
      try $0.add("mu", shape: [2], [1, .nan] as [Double])
      try $0.add("sigma", shape: [2, 2], two + two)
    }
  }

  @Test(arguments: ["images.npz", "images-deflated.npz"]) func readsImagesByRange(name: String) throws {
    let file = try NPZFile(path: Fixtures.weights(name))
    let images = try NPZImages(file)
    #expect((images.count, images.height, images.width, images.channels) == (5, 4, 3, 3))
    let all = try images.bytes(0..<5)
    #expect(all == (try file.array("arr_0").integers().map { UInt8($0) }))
    for range in [3..<5, 0..<1, 2..<2, 1..<4, 4..<5] {
      #expect(try images.bytes(range) == Array(all[range.lowerBound * 36..<range.upperBound * 36]), "\(range)")
    }
    #expect(try images.labels() == [0, 2, 1, 1, 0])
  }

  @Test func writesImagesInParts() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/x.npz"
    let pixels = (0..<2 * 2 * 2 * 3).map { UInt8($0) }
    var writer = NPZWriter(to: try OutputFile(path: path))
    try writer.add("arr_0", shape: [2, 2, 2, 3]) { (append: ([UInt8]) throws(FileError) -> Void) throws(FileError) in
      try append(Array(pixels[..<12]))
      try append(Array(pixels[12...]))
    }
    try writer.add("arr_1", shape: [2], [1, -1] as [Int64])
    _ = try writer.finish()
    let images = try NPZImages(NPZFile(path: path))
    #expect(try images.bytes(0..<2) == pixels)
    expectError(.malformed, mentions: ["labels from 0", "-1 at [1]"]) { try images.labels() }
  }

  @Test func refusesWhatAreNoImages() throws {
    expectError(.malformed, mentions: ["'arr_0'", "'mu'"]) {
      try NPZImages(NPZFile(path: Fixtures.weights("moments.npz")))
    }
    let arrays = try NPZFile(path: Fixtures.weights("arrays.npz"))
    expectError(.malformed, mentions: ["[count, height, width, 1 or 3]", "f4 of [2, 3, 4]", "Fortran"]) {
      try NPZImages(arrays, name: "fortran")
    }
    let folder = try TemporaryDirectory()
    let path = folder.path + "/x.npz"
    func advises(_ words: String, shape: [Int], _ numbers: [UInt8]?) throws {
      var writer = NPZWriter(to: try OutputFile(path: path, isForced: true))
      if let numbers {
        try writer.add("arr_0", shape: shape, numbers)
      } else {
        try writer.add("arr_0", shape: shape, [Double](repeating: 0.5, count: shape.reduce(1, *)))
      }
      _ = try writer.finish()
      expectError(.malformed, mentions: [words]) { try NPZImages(NPZFile(path: path)) }
    }
    try advises("transpose(0, 2, 3, 1)", shape: [1, 3, 2, 2], [UInt8](repeating: 1, count: 12))
    try advises("255 * images", shape: [1, 2, 2, 3], nil)
    try advises("numpy.savez", shape: [2, 2, 3], [UInt8](repeating: 1, count: 12))
    var writer = NPZWriter(to: try OutputFile(path: path, isForced: true))
    try writer.add("arr_0", shape: [1, 1, 1, 3], [1, 2, 3] as [UInt8])
    try writer.add("arr_1", shape: [2], [1, 2] as [Int64])
    _ = try writer.finish()
    expectError(.malformed, mentions: ["expected 1 whole numbers", "i8 of [2]"]) {
      try NPZImages(NPZFile(path: path)).labels()
    }
  }
}
