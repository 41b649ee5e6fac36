internal import Foundation

/// The control groups that this process is in, as files of the system show them.
package struct ControlGroups {
  /// A group.
  package struct Group: Equatable {
    /// Its folder, with a slash at the end.
    package let folder: String
    /// Whether its files are those of version 2.
    package let isNew: Bool

    /// The text of one of its files.
    package func text(_ name: String) -> String? { try? String(contentsOfFile: folder + name, encoding: .utf8) }
  }

  /// The groups that limit something, from the innermost to the outermost; a limit of any of them counts.
  ///
  /// In a container a group's path may be that outside, where only the outermost folder can be seen.
  ///
  /// - Parameters:
  ///   - controller: What they limit, for instance `memory`.
  ///   - root: The folder that `proc` and `sys` lie in, with a slash at the end.
  /// - Returns: The groups, whether or not their folders exist.
  package static func around(_ controller: String, root: String) -> [Group] {
    let text = (try? String(contentsOfFile: root + "proc/self/cgroup", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").flatMap { line -> [Group] in
      // A line is `0::/path` of version 2, or `4:memory:/path` of version 1.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let isNew = parts[0] == "0" && parts[1].isEmpty
      guard isNew || parts[1].split(separator: ",").contains(controller[...]) else { return [] }
      let mount = root + (isNew ? "sys/fs/cgroup" : "sys/fs/cgroup/" + controller)
      let names = parts[2].split(separator: "/").map(String.init)
      return (0...names.count).reversed().map { depth in
        Group(folder: ([mount] + names.prefix(depth)).joined(separator: "/") + "/", isNew: isNew)
      }
    }
  }
}
