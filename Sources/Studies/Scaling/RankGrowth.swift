internal import Files
internal import Runs
internal import Benchmarks
internal import DataParallel
internal import Foundation

/// What grows with the number of ranks.
struct RankGrowth: Sendable {
  /// What one number of ranks means for each rank.
  struct Row: Sendable {
    let ranks: Int
    /// Rounds of the sum of a slice, one after the other.
    let rounds: Int
    /// Messages that a rank sends and receives for it: rank 0, and the rank that has most.
    let rootMessages, mostMessages: Int
    /// The ranks that a rank has connections with.
    let mostPartners: Int
    /// The part of a buffer that a rank sends or receives, at most.
    let mostShare: Double
    /// Bytes that rank 0 collects when a run starts, and at each audit.
    let startBytes, auditBytes: Int
  }

  /// The most memory that a rank was measured to have, in the mean over ranks.
  struct Memory: Sendable {
    let preset: String
    let ranks: Int
    let mebibytes: Double
  }

  let rows: [Row]
  let memory: [Memory]

  init(ranks: [Int], measured: [ScalingResults]) {
    rows = Set(ranks).sorted().map { ranks in
      var (rounds, messages, partners, share) = (0, 0, 0, 0.0)
      var root = 0
      for rank in 0..<ranks {
        let traffic = SumTraffic(rank: rank, of: ranks, ranksPerNode: 1)
        let own = traffic.rounds.reduce(0) { $0 + $1.messages }
        if rank == 0 { root = own }
        rounds = max(rounds, traffic.rounds.count)
        messages = max(messages, own)
        partners = max(partners, traffic.partners.count)
        share = max(share, traffic.rounds.reduce(0) { $0 + $1.share })
      }
      // Every rank's row has the same length.
      let place = (try? JSONEncoder().encode(RankPlace(threads: 1, neededBytes: 1 << 30)).count) ?? 0
      return Row(
        ranks: ranks, rounds: rounds, rootMessages: root, mostMessages: messages, mostPartners: partners,
        mostShare: share,
        startBytes: ranks * place, auditBytes: ranks * Fingerprint().hexadecimal.utf8.count)
    }
    var seen: Set<[String]> = []
    memory = measured.flatMap { results in
      results.runs.filter { $0.kind == .usual || $0.ranks == 1 }.compactMap { run in
        guard seen.insert([results.plan.preset, "\(run.ranks)"]).inserted else { return nil }
        return Memory(preset: results.plan.preset, ranks: run.ranks, mebibytes: run.step.peakMebibytes)
      }
    }
  }
}
