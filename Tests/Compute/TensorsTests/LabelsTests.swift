import Tensors
import Testing

/// Labels that know their number.
@Suite struct LabelsTests {
  /// The classes 10, 11, …, of `count` samples, in memory that stays.
  private static func labels(_ count: Int) -> Labels {
    let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: count)
    for i in 0..<count { buffer.initializeElement(at: i, to: Int32(10 + i)) }
    return Labels(buffer)
  }

  @Test func partsAreViewsOfTheSameClasses() {
    let labels = Self.labels(5)
    #expect(labels.count == 5 && labels[4] == 14)
    let part = labels[1..<4]
    #expect(part.count == 3 && Array(part.elements) == [11, 12, 13])
    #expect(part[2..<3][0] == 13 && part[3..<3].count == 0)
    part.checkCount(3)
  }

  @Test func misuseTraps() async {
    await #expect(processExitsWith: .failure) { _ = Self.labels(3)[3] }
    await #expect(processExitsWith: .failure) { _ = Self.labels(3)[-1] }
    await #expect(processExitsWith: .failure) { _ = Self.labels(3)[1..<4] }
    await #expect(processExitsWith: .failure) { Self.labels(3).checkCount(4) }
    await #expect(processExitsWith: .failure) { Self.labels(3).checkCount(2) }
  }
}
