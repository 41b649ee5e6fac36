import Images
import TestSupport
import Testing

/// Resizing of floats; expected numbers are those of PyTorch, torch-fidelity and Pillow (`Fixtures/make_resizers.py`).
@Suite struct FloatResizerTests {
  /// Extents of a result, and which of its numbers are kept.
  static let sizes = [(20, 24, 1), (47, 30, 1), (70, 75, 7), (299, 299, 331)]

  private func floats(_ name: String) throws -> [Float] {
    let bytes = try Fixtures.bytes(name + ".f32", in: "resizers")
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }

  @Test(arguments: FloatResizer.Method.allCases, sizes)
  func resizesAsTheToolsDo(method: FloatResizer.Method, size: (height: Int, width: Int, step: Int)) throws {
    let image = try Fixtures.image("colour")
    // pytorch-fid resizes numbers from 0 to 1, all others bytes.
    let pixels = image.pixels.map { method == .pytorchBilinear ? Float($0) / 255 : Float($0) }
    let resizer = FloatResizer(
      method, from: .init(height: image.height, width: image.width),
      to: .init(height: size.height, width: size.width), channels: 3)
    let all = resizer.resized(pixels)
    #expect(all.count == size.height * size.width * 3)
    let found = stride(from: 0, to: all.count, by: size.step).map { all[$0] }
    let expected = try floats("\(method.rawValue)-\(size.height)x\(size.width)")
    #expect(found.count == expected.count)
    // Sines differ in the last digit from one C library to the next: 10⁻⁶ of the range of values. For small results
    // PyTorch has other code, which rounds in another order.
    let tolerance: Float =
      switch method {
      case .pillowLanczos: 255e-6
      case .pytorchBilinear where size.height * size.width <= 64 * 64: 1e-6
      default: 0
      }
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance })
  }

  @Test(arguments: FloatResizer.Method.allCases) func channelsAreResizedAlone(method: FloatResizer.Method) throws {
    let image = try Fixtures.image("colour")
    let (from, to) = (FloatResizer.Extents(height: 47, width: 61), FloatResizer.Extents(height: 31, width: 90))
    let all = FloatResizer(method, from: from, to: to, channels: 3).resized(image)
    let lone = FloatResizer(method, from: from, to: to, channels: 1)
    let pair = FloatResizer(method, from: from, to: to, channels: 2)
    let planes = (0..<3).map { channel in
      lone.resized(stride(from: channel, to: image.pixels.count, by: 3).map { Float(image.pixels[$0]) })
    }
    #expect(planes[1] == stride(from: 1, to: all.count, by: 3).map { all[$0] })
    let two = pair.resized((0..<47 * 61).flatMap { [Float(image.pixels[3 * $0]), Float(image.pixels[3 * $0 + 2])] })
    #expect(stride(from: 0, to: two.count, by: 2).map { two[$0] } == planes[0])
    #expect(stride(from: 1, to: two.count, by: 2).map { two[$0] } == planes[2])
  }

  @Test(arguments: FloatResizer.Method.allCases) func theSameSizeIsTheSameImage(method: FloatResizer.Method) throws {
    let image = try Fixtures.image("colour")
    let extents = FloatResizer.Extents(height: image.height, width: image.width)
    let resizer = FloatResizer(method, from: extents, to: extents, channels: 3)
    #expect(resizer.resized(image) == image.pixels.map { Float($0) })
  }

  @Test(arguments: FloatResizer.Method.allCases) func onePixelBecomesAPlane(method: FloatResizer.Method) {
    let resizer = FloatResizer(
      method, from: .init(height: 1, width: 1), to: .init(height: 2, width: 3), channels: 1)
    #expect(resizer.resized([0.3]) == [Float](repeating: 0.3, count: 6))
  }
}
