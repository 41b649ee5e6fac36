internal import Foundation

/// Bytes of a core's caches.
package struct CacheSizes: Sendable, Hashable {
  /// The second cache, the largest that a core has to itself.
  package let level2: Int
  /// The cache that cores share; `nil` where there is none, or the system does not tell.
  package let level3: Int?
  /// Whether the system told.
  package let isKnown: Bool

  /// Those of this machine, read once.
  package static let machine = CacheSizes()

  /// What is planned for where the system does not tell: the second cache of many machines.
  package static let usualLevel2 = 512 << 10

  /// Caches of the given sizes.
  package init(level2: Int, level3: Int? = nil) { (self.level2, self.level3, isKnown) = (level2, level3, true) }

  /// The sizes in words, for instance `1,024 KiB of L2, 32,768 KiB of L3`.
  package var words: String {
    let second = "\(grouped(level2 >> 10)) KiB of L2" + (isKnown ? "" : ", which is assumed: the system does not tell")
    return second + (level3.map { ", \(grouped($0 >> 10)) KiB of L3" } ?? "")
  }

  /// Asks the system.
  ///
  /// - Parameter root: The folder that `sys` lies in; another than `/` for tests.
  package init(root: String = "/") {
    var sizes: [Int: Int] = [:]
    for index in 0..<8 {
      func text(_ name: String) -> String? {
        let path = root + "sys/devices/system/cpu/cpu0/cache/index\(index)/" + name
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      guard text("type") != "Instruction", let level = text("level").flatMap(Int.init),
        let size = text("size").flatMap(Self.bytes)
      else { continue }
      sizes[level] = size
    }
    isKnown = sizes[2] != nil
    level2 = sizes[2] ?? Self.usualLevel2
    level3 = sizes[3]
  }

  /// The bytes of a text such as `512K`, if a cache can have as many.
  private static func bytes(_ text: String) -> Int? {
    guard let unit = ["K": 10, "M": 20, "G": 30][text.suffix(1)], let number = Int(text.dropLast()),
      (1...1 << 20).contains(number)
    else { return nil }
    let bytes = number << unit
    return (32 << 10...1 << 34).contains(bytes) ? bytes : nil
  }
}
