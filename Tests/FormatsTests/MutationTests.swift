import Formats
import Testing

/// A small generator for tests: a multiplicative congruential sequence (Knuth's MMIX constants), printed by its seed.
struct TestRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}

/// Damaged files: whatever the bytes, a reader returns or throws; it never traps and never reads what is not there.
@Suite struct MutationTests {
  private static let seed: UInt64 = 20_260_801

  /// Changes, removes or inserts one to four bytes.
  private static func mutate(_ bytes: [UInt8], _ random: inout TestRandom) -> [UInt8] {
    var result = bytes
    for _ in 0...random.next(below: 4) {
      let position = random.next(below: result.count)
      switch random.next(below: 4) {
      case 0: result[position] = UInt8(random.next(below: 256))
      case 1: result[position] ^= 1 << UInt8(random.next(below: 8))
      case 2: result.insert(Array("0123456789-,[]{}\"\\".utf8)[random.next(below: 18)], at: position)
      default: if result.count > 1 { result.remove(at: position) }
      }
    }
    return result
  }

  @Test func safetensors() throws {
    print("mutations of safetensors: seed \(Self.seed)")
    let directory = try TemporaryDirectory()
    var random = TestRandom(seed: Self.seed)
    var refused = 0
    for round in 0..<2000 {
      let content = Self.mutate(SafetensorsTests.reference, &random)
      let path = try directory.file("x", content)
      do throws(FormatError) {
        let file = try SafetensorsFile(path: path)
        for name in file.names {
          let size = try file.shape(of: name).reduce(try file.dtype(of: name).size, *)
          #expect(size <= content.count, "round \(round)")
          if try file.dtype(of: name) == .float32 { _ = try file.floats(name) }
        }
      } catch {
        #expect(error.kind == .malformed && !error.message.contains("\n"), "round \(round): \(error)")
        refused += 1
      }
    }
    #expect(refused > 1000)
  }

  @Test func idxAndGzip() throws {
    print("mutations of IDX: seed \(Self.seed)")
    let directory = try TemporaryDirectory()
    var random = TestRandom(seed: Self.seed)
    for (original, isCompressed) in [(IDXTests.plain, false), (IDXTests.compressed, true)] {
      for round in 0..<2000 {
        let content = Self.mutate(original, &random)
        let path = isCompressed ? try directory.file("x", content) : ""
        do throws(FormatError) {
          let idx = isCompressed ? try IDX(path: path) : try IDX(content, name: "mutation")
          #expect(idx.dimensions.reduce(1, *) == idx.elements.count, "round \(round)")
        } catch {
          #expect(error.kind == .malformed, "round \(round): \(error)")
        }
      }
    }
  }

  @Test func png() throws {
    print("mutations of PNG: seed \(Self.seed)")
    var random = TestRandom(seed: Self.seed)
    let pixels = (0..<192).map { UInt8($0) }
    let original = try PNG.encode(pixels: pixels, width: 8, height: 8, channels: 3)
    for round in 0..<2000 {
      do throws(FormatError) {
        let image = try PNG.decode(Self.mutate(original, &random))
        #expect(image.pixels.count == image.width * image.height * image.channels, "round \(round)")
      } catch {
        #expect(error.kind == .malformed, "round \(round): \(error)")
      }
    }
  }
}
