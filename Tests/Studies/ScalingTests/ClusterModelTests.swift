import Foundation
import Scaling
import Testing

/// The model of a step on a cluster, against numbers worked out by hand.
@Suite struct ClusterModelTests {
  private static let model = ClusterModel(processorSecondsPerByte: 1e-9, secondsPerRound: 1e-5, linkShare: 0.8)
  private static let mebibyte = 1_048_576.0

  private func cluster(_ nodes: Int, _ rate: Double, perNode ranks: Int = 1, latency: Double = 0) -> Cluster {
    Cluster(nodes: nodes, ranksPerNode: ranks, bytesPerSecond: rate, latency: latency)
  }

  @Test func aSlowLinkIsWhatLargeSumsTake() {
    // Two hosts: every byte of the buffer crosses the link once. 100 MB/s carry 80; the processor needs a twelfth of that.
    let cost = SumCost(cluster(2, 1e8), Self.model)
    let slice = 0.25 * Self.mebibyte
    let expected = 32 * Self.mebibyte / 8e7 + slice * 1e-9 + 2e-5
    #expect(abs(cost.seconds(32 * Self.mebibyte) - expected) < 1e-9)
  }

  @Test func theProcessorIsWhatTheyTakeWithoutALimit() {
    let cost = SumCost(cluster(2, .infinity), Self.model)
    let expected = 32 * Self.mebibyte * 1e-9 + 2e-5
    #expect(abs(cost.seconds(32 * Self.mebibyte) - expected) < 1e-9)
    // Of 4 ranks each exchanges three quarters twice.
    #expect(abs(SumCost(cluster(4, .infinity), Self.model).processorSecondsPerByte - 1.5e-9) < 1e-15)
  }

  @Test func smallSumsTakeTheirMessages() {
    // 1,024 ranks exchange whole buffers ten times.
    let cost = SumCost(cluster(1024, .infinity, latency: 2e-6), Self.model)
    #expect(abs(cost.seconds(4) - 10 * 1.2e-5) < 1e-9)
    // The other ranks of a node are nearer.
    let near = SumCost(cluster(256, .infinity, perNode: 4, latency: 2e-6), Self.model)
    let expected = 10 * 1e-5 + 8 * 2e-6
    #expect(abs(near.seconds(4) - expected) < 1e-9)
  }

  @Test func manySlowMessagesHoldASumUp() {
    // 20 rounds of 1.01 ms for each slice, and four slices under way: the bytes themselves are quick.
    let cost = SumCost(cluster(1024, .infinity, latency: 1e-3), Self.model)
    let slices = 128.0
    let delay = 20 * 1.01e-3
    let processor = 0.25 * Self.mebibyte * cost.processorSecondsPerByte
    let each = (delay + processor) / 4
    let expected = slices * each + 4 * each - each
    #expect(abs(cost.seconds(32 * Self.mebibyte) - expected) < 1e-6)
  }

  @Test func ranksOfANodeShareItsLink() {
    let (one, four) = (SumCost(cluster(2, 1e8), Self.model), SumCost(cluster(2, 1e8, perNode: 4), Self.model))
    // All bytes of a node cross its link once, whatever its ranks.
    let (a, b) = (one.seconds(32 * Self.mebibyte), four.seconds(32 * Self.mebibyte))
    #expect(abs(a / b - 1) < 0.001)
  }

  @Test func oneRankSumsNothing() {
    let work = ClusterModel.Work(seconds: 0.3, images: 8, gradients: [.init(bytes: 1e7)], smallSums: [80])
    for isOverlapped in [false, true] {
      #expect(Self.model.seconds(work, on: cluster(1, 1e8), isOverlapped: isOverlapped) == 0.3)
    }
  }

  @Test func earlySumsHideBehindWhatIsLeftOfAPass() {
    // Half of 20 MB is final 0.2 s before the end, which the link needs 0.125 s for; the other half at the end.
    let bytes = 2e7
    let gradient = ClusterModel.Work.Gradient(bytes: bytes, parts: [(bytes / 2, 0.2), (bytes / 2, 0)])
    let work = ClusterModel.Work(seconds: 1, images: 8, gradients: [gradient])
    let two = cluster(2, 1e8)
    let late = Self.model.seconds(work, on: two, isOverlapped: false)
    let early = Self.model.seconds(work, on: two, isOverlapped: true)
    #expect(abs(late - 1.25) < 0.001)
    // The processor's 20 ms for all bytes give the second half a little to hide behind.
    #expect(abs(early - (1 + 0.125)) < 0.012, "\(early)")
    // What is final too late hides nothing.
    let last = ClusterModel.Work(seconds: 1, images: 8, gradients: [.init(bytes: bytes, parts: [(bytes, 0)])])
    #expect(Self.model.seconds(last, on: two, isOverlapped: true) > 1.22)
  }

  @Test func aFitFindsTheNumbersOfAModel() {
    // A link that is slow enough to matter and fast enough to leave something to the processor.
    let (two, rate) = (cluster(2, 1.25e8), LinkRate("1gbit"))
    let gradients = [
      ClusterModel.Work.Gradient(bytes: 2e7, parts: [(6e6, 0.15), (6e6, 0.05), (6e6, 0.01)]), .init(bytes: 4e6),
    ]
    let work = ClusterModel.Work(seconds: 0.3, images: 8, gradients: gradients, smallSums: [80, 80, 4000])
    let truth = ClusterModel(processorSecondsPerByte: pow(10, -9.02), secondsPerRound: 3e-5, linkShare: 0.9)
    func step(_ link: LinkRate, _ cluster: Cluster, _ work: ClusterModel.Work) -> MeasuredStep {
      MeasuredStep(
        preset: "tiny", link: link, cluster: cluster, work: work,
        blocking: truth.seconds(work, on: cluster, isOverlapped: false),
        overlapped: truth.seconds(work, on: cluster, isOverlapped: true), copyGbps: 6)
    }
    let sums = [4, 1 << 25].map { ($0, SumCost(two, truth).seconds(Double($0))) }
    guard let rate else { preconditionFailure("1gbit is a rate") }
    let fit = ModelFit(step(rate, two, work), sums: sums)
    #expect(abs(fit.model.linkShare - 0.9) < 0.006)
    #expect(abs(fit.model.processorSecondsPerByte / truth.processorSecondsPerByte - 1) < 0.06)
    #expect(abs(fit.model.secondsPerRound - 3e-5) < 1e-7)
    #expect(fit.errors.count == 3 && fit.errors.allSatisfy { abs($0.predicted / $0.measured - 1) < 0.01 })
  }

  @Test func aFitOfSeveralRanksOnEachHostKnowsTheirRounds() throws {
    let (truth, rate) = (Self.model, try #require(LinkRate("1gbit")))
    let four = cluster(2, rate.bytesPerSecond, perNode: 2)
    let work = ClusterModel.Work(seconds: 0.3, images: 8, gradients: [.init(bytes: 2e7, parts: [(1e7, 0.1)])])
    let step = MeasuredStep(
      preset: "tiny", link: rate, cluster: four, work: work,
      blocking: truth.seconds(work, on: four, isOverlapped: false),
      overlapped: truth.seconds(work, on: four, isOverlapped: true), copyGbps: 6)
    // The smallest sum of four ranks has two rounds.
    let fit = ModelFit(step, sums: [4, 1 << 25].map { ($0, SumCost(four, truth).seconds(Double($0))) })
    #expect(abs(fit.model.secondsPerRound - truth.secondsPerRound) < 1e-7)
    #expect(abs(fit.model.linkShare - truth.linkShare) < 0.01)
  }

  @Test(arguments: [("25gbit", 3.125e9), ("500mbit", 6.25e7), ("2.5gbit", 3.125e8), ("none", Double.infinity)])
  func ratesOfLinksAreBitsASecond(text: String, bytes: Double) throws {
    let rate = try #require(LinkRate(text))
    #expect(rate.bytesPerSecond == bytes && rate.description == text)
  }

  @Test(arguments: ["", "gbit", "25", "-1gbit", "0gbit", "1 gbit", "1gbyte"]) func otherWordsAreNoRates(text: String) {
    #expect(LinkRate(text) == nil)
  }
}
