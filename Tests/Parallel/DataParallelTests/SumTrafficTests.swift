import DataParallel
import Foundation
import Testing

/// What a rank sends in a sum, as models of clusters see it.
@Suite struct SumTrafficTests {
  @Test(arguments: [2, 4, 8, 64, 1024]) func powersOfTwoSendTheLeast(ranks: Int) {
    for rank in [0, 1, ranks / 2, ranks - 1] {
      let traffic = SumTraffic(rank: rank, of: ranks, ranksPerNode: 1)
      let share = traffic.rounds.reduce(0) { $0 + $1.share }
      #expect(abs(share - 2 * Double(ranks - 1) / Double(ranks)) < 1e-12)
      let doublings = ranks.trailingZeroBitCount
      #expect(traffic.rounds.count == 2 * doublings && traffic.partners.count == doublings)
      #expect(traffic.rounds.allSatisfy { $0.messages == 2 && $0.remoteShare == $0.share })
    }
  }

  @Test func ranksOfANodeSendLittleBeyondIt() {
    // Of 8 nodes with 4 ranks: all ranks of a node together send as much as one rank of 8 would.
    for rank in 0..<32 {
      let rounds = SumTraffic(rank: rank, of: 32, ranksPerNode: 4).rounds
      let remote = rounds.reduce(0) { $0 + $1.remoteShare }
      #expect(abs(4 * remote - 2 * 7 / 8) < 1e-12)
    }
    #expect(SumTraffic(rank: 5, of: 8, ranksPerNode: 8).rounds.allSatisfy { $0.remoteShare == 0 })
  }

  @Test(arguments: [1000, 1024]) func nothingGrowsWithTheSquareOfRanks(ranks: Int) {
    // A few messages and connections for each doubling, on every rank.
    let limit = 4 * Int(log2(Double(ranks)).rounded(.up))
    for isSmall in [false, true] {
      for rank in 0..<ranks {
        let traffic = SumTraffic(rank: rank, of: ranks, ranksPerNode: 1, isSmall: isSmall)
        #expect(traffic.partners.count <= limit, "rank \(rank)")
        #expect(traffic.rounds.reduce(0) { $0 + $1.messages } <= limit, "rank \(rank)")
      }
    }
  }

  @Test func smallBuffersGoWholeInHalfTheRounds() {
    let traffic = SumTraffic(rank: 3, of: 16, ranksPerNode: 1, isSmall: true)
    #expect(traffic.rounds.count == 4 && traffic.rounds.allSatisfy { $0.share == 1 })
  }
}
