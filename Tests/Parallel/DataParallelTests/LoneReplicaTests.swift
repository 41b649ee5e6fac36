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
    numbers.withUnsafeMutableBufferPointer { replicas.sum($0, on: ReplicaGroup.Channel(1, "a test")) }
    numbers.withUnsafeMutableBytes { replicas.broadcast($0, on: .control) }
    #expect(numbers.map(\.bitPattern) == ([1, -0.0, .infinity] as [Float]).map(\.bitPattern))
  }

  @Test func agreesWithItself() throws {
    #expect(try replicas.agree { 7 } == 7)
    #expect(throws: Broken.self) { try replicas.agree { throw Broken() } }
    #expect(replicas.mismatch(of: [1, 2]).isEmpty)
  }

  @Test func anOverlappedSumThatIsFinishedKeepsItsBuffer() {
    var numbers: [Double] = [1, 2, 3]
    numbers.withUnsafeMutableBufferPointer { buffer in
      let sum = replicas.beginSum(buffer, on: .control, overlap: .thread)
      sum.markReady(0..<2)
      sum.finish()
    }
    #expect(numbers == [1, 2, 3])
  }

  @Test func anOverlappedSumThatIsDroppedTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var numbers: [Double] = [1, 2, 3]
      numbers.withUnsafeMutableBufferPointer { buffer in
        let sum = ReplicaGroup.alone().beginSum(buffer, on: .control, overlap: .none)
        sum.markReady(0..<2)
      }
    }
    let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.contains("was begun and never finished"))
  }
}
