import Trainer
import DataParallel
import Configuration

extension Check {
  /// Broadcasts and audits of a replica group.
  static var exchanges: [Check] {
    [
      Check(name: "broadcast of a group") { replicas in
        for (number, channel) in ([.control] + ReplicaGroup.Channel.training).enumerated() {
          for count in [0, 1, 4097] {
            let roots = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
            var bytes = replicas.isRoot ? roots : [UInt8](repeating: 0xEE, count: count)
            bytes.withUnsafeMutableBytes { replicas.broadcast($0, on: channel) }
            try expectEqual(bytes, roots, "broadcast of \(count) bytes on \(channel.exchange)")
          }
        }
      },
      Check(name: "root gathers messages of any length") { replicas in
        for message in [{ _ in [] }, { [UInt8](repeating: UInt8($0), count: 300 * $0) }] as [(Int) -> [UInt8]] {
          let all = replicas.gather(message(replicas.rank))
          try expectEqual(all, replicas.isRoot ? (0..<replicas.size).map(message) : [], "gathered messages")
        }
      },
      Check(name: "equal replicas pass an audit") { replicas in
        try expectEqual(replicas.mismatch(of: [1, 2, 3]), [], "ranks that differ")
      },
      Check(name: "an audit names the ranks that differ") { replicas in
        for odd in 1..<max(replicas.size, 1) {
          let differs = replicas.rank >= odd
          try expectEqual(
            replicas.mismatch(of: [1, 2, differs ? 4 : 3]), Array(odd..<replicas.size), "ranks that differ")
        }
      },
      Check(name: "an audit compares with root") { replicas in
        try expectEqual(
          replicas.mismatch(of: replicas.isRoot ? [0] : [1]), Array(1..<replicas.size), "ranks that differ")
      },
    ]
  }
}
