import DataParallel
import Testing

/// One replica without MPI: everything that ranks exchange stays as it is.
@Suite struct LoneReplicaTests {
  private struct Broken: Error {}

  let replicas = ReplicaGroup.alone()

  @Test func isRootOfItself() {
    #expect(replicas.rank == 0 && replicas.size == 1 && replicas.isRoot)
  }

  @Test func sumsAndBroadcastsKeepTheirBuffers() {
    var numbers: [Float] = [1, -0.0, .infinity]
    numbers.withUnsafeMutableBufferPointer { replicas.sum($0, on: .generator) }
    numbers.withUnsafeMutableBytes { replicas.broadcast($0, on: .discriminator) }
    #expect(numbers.map(\.bitPattern) == ([1, -0.0, .infinity] as [Float]).map(\.bitPattern))
  }

  @Test func agreesWithItself() throws {
    #expect(try replicas.agree { 7 } == 7)
    #expect(throws: Broken.self) { try replicas.agree { throw Broken() } }
    #expect(replicas.mismatch(of: [1, 2]).isEmpty)
  }
}
