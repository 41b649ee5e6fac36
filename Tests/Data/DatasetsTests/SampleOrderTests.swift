import Datasets
import Testing

@Suite struct SampleOrderTests {
  @Test func everyEpochShowsEveryImageOnce() {
    var order = SampleOrder(seed: 1, count: 97)
    var epochs: [[Int]] = []
    for epoch in 0..<4 { epochs.append((0..<97).map { order.index(ofSample: epoch * 97 + $0) }) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<97)) }
    #expect(Set(epochs).count == 4)
    #expect(!epochs.contains(Array(0..<97)))
  }

  @Test func isAPureFunctionOfSeedAndSample() {
    var forward = SampleOrder(seed: 7, count: 10)
    let expected = (0..<60).map { forward.index(ofSample: $0) }
    // Another order of asking, with epochs that leave and come back.
    var other = SampleOrder(seed: 7, count: 10)
    for sample in [59, 3, 41, 0, 25, 59, 12, 3, 38] {
      #expect(other.index(ofSample: sample) == expected[sample])
    }
    var copy = other
    #expect(copy.index(ofSample: 17) == expected[17])
    var seeded = SampleOrder(seed: 8, count: 10)
    #expect((0..<60).map { seeded.index(ofSample: $0) } != expected)
  }

  /// The order is part of what a checkpoint means: were it to change, resumed runs would silently see other images.
  ///
  /// Values of an independent Philox4x32-10 and shuffle in Python.
  @Test func isTheOrderThatCheckpointsRelyOn() {
    var order = SampleOrder(seed: 42, count: 12)
    #expect((0..<12).map { order.index(ofSample: $0) } == [1, 9, 10, 2, 3, 4, 5, 8, 7, 11, 6, 0])
    #expect((12..<24).map { order.index(ofSample: $0) } == [7, 11, 10, 9, 1, 0, 2, 4, 6, 5, 8, 3])
  }

  @Test func ordersASingleImage() {
    var order = SampleOrder(seed: 1, count: 1)
    #expect((0..<3).map { order.index(ofSample: $0) } == [0, 0, 0])
  }
}
