import Files
import Foundation
import TestSupport
import Testing

@Suite struct CacheSizesTests {
  /// What is found where the system lists caches of the given level, type and size.
  private static func found(_ caches: [(level: String, type: String, size: String)]) throws -> CacheSizes {
    let root = try TemporaryDirectory()
    for (index, cache) in caches.enumerated() {
      let folder = "sys/devices/system/cpu/cpu0/cache/index\(index)"
      try FileManager.default.createDirectory(atPath: root.path + "/" + folder, withIntermediateDirectories: true)
      try root.write(folder + "/level", cache.level + "\n")
      try root.write(folder + "/type", cache.type + "\n")
      try root.write(folder + "/size", cache.size + "\n")
    }
    return CacheSizes(root: root.path + "/")
  }

  @Test func sizesAreReadInTheirUnits() throws {
    let sizes = try Self.found([
      ("1", "Data", "48K"), ("1", "Instruction", "32K"), ("2", "Unified", "2048K"), ("3", "Unified", "260M"),
    ])
    #expect(sizes.isKnown && sizes.level2 == 2 << 20 && sizes.level3 == 260 << 20)
  }

  @Test func anInstructionCacheHoldsNoData() throws {
    let sizes = try Self.found([("2", "Instruction", "4096K"), ("2", "Data", "256K")])
    #expect(sizes.isKnown && sizes.level2 == 256 << 10 && sizes.level3 == nil)
  }

  @Test(
    "what cannot be is not believed",
    arguments: ["", "0K", "-5K", "512", "K", "99999999999999999999K", "1048577G", "1K"])
  func nonsense(size: String) throws {
    let sizes = try Self.found([("1", "Data", "48K"), ("2", "Unified", size)])
    #expect(!sizes.isKnown && sizes.level2 == CacheSizes.usualLevel2)
  }

  @Test func withoutFiles() throws {
    let sizes = try Self.found([])
    #expect(!sizes.isKnown && sizes.level2 == CacheSizes.usualLevel2 && sizes.level3 == nil)
  }
}
