import TestSupport
import Runs
import Foundation
import Testing

@Suite struct ProcessorQuotaTests {
  @Test func linesOfVersion2() {
    #expect(ProcessorQuota.processors(inLine: "200000 100000\n") == 2)
    #expect(ProcessorQuota.processors(inLine: "50000 100000") == 0.5)
    for text in ["max 100000\n", "", "100000", "0 100000", "100000 0", "-1 100000", "a b", "1 2 3"] {
      #expect(ProcessorQuota.processors(inLine: text) == nil, "'\(text)'")
    }
  }

  @Test func numbersOfVersion1() {
    #expect(ProcessorQuota.processors(quota: "150000\n", period: "100000\n") == 1.5)
    for (quota, period) in [("-1\n", "100000\n"), ("100000", "0"), ("", ""), ("x", "1"), ("99999999999999999999", "1")]
    {
      #expect(ProcessorQuota.processors(quota: quota, period: period) == nil, "'\(quota)' '\(period)'")
    }
  }

  /// What is found among files of a system.
  private static func found(_ files: [String: String]) throws -> ProcessorQuota? {
    let root = try TemporaryDirectory()
    for (name, text) in files {
      let folder = (root.path + "/" + name as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try root.write(name, text)
    }
    return ProcessorQuota(root: root.path + "/")
  }

  @Test func theLeastOfAllGroupsAround() throws {
    #expect(try Self.found([:]) == nil)
    var files = ["proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"]
    #expect(try Self.found(files) == nil)
    files["sys/fs/cgroup/a/cpu.max"] = "300000 100000\n"
    let outer = try #require(try Self.found(files))
    #expect(outer.processors == 3 && outer.group.hasSuffix("/sys/fs/cgroup/a/"))
    files["sys/fs/cgroup/a/b/cpu.max"] = "100000 200000\n"
    #expect(try Self.found(files)?.processors == 0.5)
  }

  @Test func groupsOfVersion1() throws {
    var files = ["proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/job\n"]
    files["sys/fs/cgroup/cpu/x/cpu.cfs_quota_us"] = "-1\n"
    files["sys/fs/cgroup/cpu/x/cpu.cfs_period_us"] = "100000\n"
    #expect(try Self.found(files) == nil)
    // In a container the group's path may be that outside, and the quota at the root.
    files["sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "200000\n"
    files["sys/fs/cgroup/cpu/cpu.cfs_period_us"] = "100000\n"
    #expect(try Self.found(files)?.processors == 2)
  }

  @Test func threadsBeyondTheQuotaAreWarnedOf() throws {
    func warning(_ ranks: (group: String?, processors: Double, threads: Int)...) -> String? {
      RankPlaces(
        ranks.map { rank in
          RankPlace(
            host: "a", processors: [0, 1, 2, 3], threads: rank.threads,
            quota: rank.group.map { ProcessorQuota(processors: rank.processors, group: $0) })
        }
      ).quotaWarning
    }
    #expect(warning((nil, 0, 4)) == nil && warning(("/x", 2, 2)) == nil && warning(("/x", 2, 1), ("/x", 2, 1)) == nil)
    // Each has a group of its own.
    #expect(warning(("/x", 1, 1), ("/y", 1, 1)) == nil)
    let text = try #require(warning(("/x", 1.5, 1), ("/x", 1.5, 1)))
    for words in ["2 threads of 2 ranks on a", "1.5 processors", "--threads"] {
      #expect(text.contains(words), "\(text)")
    }
  }
}
