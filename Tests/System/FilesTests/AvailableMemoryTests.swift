import TestSupport
import Files
import Foundation
import Testing

@Suite struct AvailableMemoryTests {
  private static let meminfo = "MemTotal:       9000 kB\nMemFree:        10 kB\nMemAvailable:   8000 kB\n"

  /// What is found among files of a system.
  private static func found(_ files: [String: String]) throws -> Int? {
    let root = try TemporaryDirectory()
    for (name, text) in files {
      let folder = (root.path + "/" + name as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try root.write(name, text)
    }
    return AvailableMemory(root: root.path + "/").byteCount
  }

  @Test func thisSystemTells() throws {
    let bytes = try #require(AvailableMemory().byteCount)
    #expect(bytes > 1 << 20)
    #expect(AvailableMemory.residentByteCount > 1 << 20)
  }

  @Test func withoutGroups() throws {
    #expect(try Self.found([:]) == nil)
    #expect(try Self.found(["proc/meminfo": "MemTotal: 1 kB\n"]) == nil)
    #expect(try Self.found(["proc/meminfo": Self.meminfo]) == 8000 << 10)
  }

  @Test func groupsOfVersion2() throws {
    var files = ["proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/a/b\n"]
    files["sys/fs/cgroup/a/b/memory.max"] = "max\n"
    files["sys/fs/cgroup/a/b/memory.current"] = "1000\n"
    #expect(try Self.found(files) == 8000 << 10)
    files["sys/fs/cgroup/a/memory.max"] = "3000000\n"
    files["sys/fs/cgroup/a/memory.current"] = "1000000\n"
    #expect(try Self.found(files) == 2_000_000)
    files["sys/fs/cgroup/a/memory.stat"] = "anon 5\ninactive_file 400000\nactive_file 7\n"
    #expect(try Self.found(files) == 2_400_000)
    files["sys/fs/cgroup/a/b/memory.max"] = "900\n"
    #expect(try Self.found(files) == 0)
  }

  @Test func groupsOfVersion1() throws {
    var files = ["proc/meminfo": Self.meminfo, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/job\n0::/\n"]
    files["sys/fs/cgroup/memory/job/memory.limit_in_bytes"] = "9223372036854771712\n"
    files["sys/fs/cgroup/memory/job/memory.usage_in_bytes"] = "1000\n"
    #expect(try Self.found(files) == 8000 << 10)
    files["sys/fs/cgroup/memory/job/memory.limit_in_bytes"] = "5000\n"
    #expect(try Self.found(files) == 4000)
    files["sys/fs/cgroup/memory/job/memory.stat"] = "inactive_file 1\ntotal_inactive_file 500\n"
    #expect(try Self.found(files) == 4500)
    // In a container the group's path may be that outside, and the limit at the root.
    files["sys/fs/cgroup/memory/memory.limit_in_bytes"] = "2000\n"
    files["sys/fs/cgroup/memory/memory.usage_in_bytes"] = "500\n"
    #expect(try Self.found(files) == 1500)
  }
}
