import Datasets
import Glibc
import Tensors
import Testing

@Suite struct PrefetcherTests {
  /// Tiny images whose pixels and label tell which image it is; copying may be slow.
  struct Numbered: LabeledImages {
    let description = "numbered"
    var count = 50
    let classNames = (0..<7).map(String.init)
    let resolution = 2
    let channels = 3
    let fingerprint = ""
    var delay: UInt32 = 0

    func label(_ index: Int) -> Int { index % 7 }
    func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
      if delay > 0 { usleep(delay) }
      for position in pixels.indices { pixels[position] = UInt8(index + position) }
    }
  }

  /// One update's images and labels, copied.
  struct Copy: Equatable {
    var images: [Float] = []
    var labels: [Int32] = []
  }

  static func read(_ prefetcher: Prefetcher, firstUpdate: Int, updates: Int) -> [Copy] {
    (0..<updates).map { number in
      let batch = prefetcher.next()
      #expect(batch.update == firstUpdate + number)
      #expect(batch.images.shape[0] == batch.labels.count)
      return Copy(images: Array(batch.images.elements), labels: Array(batch.labels))
    }
  }

  /// The batches of updates as read by `ranks` prefetchers with `shards` / `ranks` shards each, put together.
  static func read(ranks: Int, shards: Int, firstUpdate: Int, updates: Int) -> [Copy] {
    var result = [Copy](repeating: Copy(), count: updates)
    for rank in 0..<ranks {
      let local = shards / ranks
      let prefetcher = Prefetcher(
        source: Numbered(), seed: 3, batch: 24, shards: shards, localShards: rank * local..<(rank + 1) * local,
        firstUpdate: firstUpdate)
      for (update, copy) in read(prefetcher, firstUpdate: firstUpdate, updates: updates).enumerated() {
        result[update].images += copy.images
        result[update].labels += copy.labels
      }
    }
    return result
  }

  @Test func givesTheSamplesOfTheOrder() {
    // 24 images an update of 50: the third update straddles the first epoch's end.
    let source = Numbered()
    var order = SampleOrder(seed: 3, count: 50)
    var expected: [Copy] = []
    for update in 0..<6 {
      var copy = Copy()
      for position in 0..<24 {
        let index = order.index(ofSample: update * 24 + position)
        copy.images += (0..<12).map { Float(index + $0) / 127.5 - 1 }
        copy.labels.append(Int32(source.label(index)))
      }
      expected.append(copy)
    }
    #expect(Self.read(ranks: 1, shards: 4, firstUpdate: 0, updates: 6) == expected)
  }

  @Test(arguments: [1, 2, 4]) func givesTheSameSamplesHoweverShardsAreSpread(ranks: Int) {
    let expected = Self.read(ranks: 1, shards: 4, firstUpdate: 0, updates: 6)
    #expect(Self.read(ranks: ranks, shards: 4, firstUpdate: 0, updates: 6) == expected)
    #expect(Self.read(ranks: ranks, shards: 4, firstUpdate: 2, updates: 4) == Array(expected[2...]))
    #expect(Self.read(ranks: ranks, shards: 8, firstUpdate: 5, updates: 1) == Array(expected[5...]))
  }

  @Test func leavesTheBatchInUseAlone() {
    let prefetcher = Prefetcher(source: Numbered(), seed: 3, batch: 24, shards: 1, localShards: 0..<1)
    for _ in 0..<20 {
      let batch = prefetcher.next()
      let before = Array(batch.images.elements)
      usleep(2000)  // enough for the thread to fill whatever it believes to be free
      #expect(Array(batch.images.elements) == before)
    }
    prefetcher.stop()
  }

  @Test func waitsForASlowSource() {
    let prefetcher = Prefetcher(source: Numbered(delay: 2000), seed: 3, batch: 8, shards: 1, localShards: 0..<1)
    let slow = Self.read(prefetcher, firstUpdate: 0, updates: 3)
    let fast = Prefetcher(source: Numbered(), seed: 3, batch: 8, shards: 1, localShards: 0..<1)
    #expect(slow == Self.read(fast, firstUpdate: 0, updates: 3))
  }

  @Test func endsInTheMiddleOfABatch() {
    // Reading a whole batch would take hours.
    let slow = Numbered(count: 50, delay: 100_000)
    let prefetcher = Prefetcher(source: slow, seed: 3, batch: 100_000, shards: 1, localShards: 0..<1)
    prefetcher.stop()
    prefetcher.stop()
    do { _ = Prefetcher(source: slow, seed: 3, batch: 100_000, shards: 1, localShards: 0..<1) }
  }

  @Test func startsAndEndsManyTimes() {
    for round in 0..<200 {
      let prefetcher = Prefetcher(source: Numbered(), seed: 3, batch: 4, shards: 2, localShards: 1..<2)
      for _ in 0..<round % 4 { _ = prefetcher.next() }
    }
  }
}
