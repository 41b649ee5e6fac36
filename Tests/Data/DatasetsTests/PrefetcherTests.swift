import Datasets
import Glibc
import Tensors
import Testing

@Suite struct PrefetcherTests {
  /// Tiny images whose pixels and label tell which image it is; copying may be slow.
  struct Numbered: ImageDataset {
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

  static func read(_ prefetcher: Prefetcher, firstUpdate: Int, updates: Int) throws -> [Copy] {
    try (0..<updates).map { number in
      let batch = try prefetcher.next()
      #expect(batch.update == firstUpdate + number)
      #expect(batch.images.shape[0] == batch.labels.count)
      return Copy(images: Array(batch.images.elements), labels: Array(batch.labels.elements))
    }
  }

  /// The batches of updates as read by `ranks` prefetchers with `shards` / `ranks` shards each, put together.
  static func read(ranks: Int, shards: Int, firstUpdate: Int, updates: Int) throws -> [Copy] {
    var result = [Copy](repeating: Copy(), count: updates)
    for rank in 0..<ranks {
      let local = shards / ranks
      let prefetcher = try Prefetcher(
        source: Numbered(), seed: 3, batch: 24, shards: shards, localShards: rank * local..<(rank + 1) * local,
        firstUpdate: firstUpdate)
      for (update, copy) in try read(prefetcher, firstUpdate: firstUpdate, updates: updates).enumerated() {
        result[update].images += copy.images
        result[update].labels += copy.labels
      }
    }
    return result
  }

  @Test func givesTheSamplesOfTheOrder() throws {
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
    #expect(try Self.read(ranks: 1, shards: 4, firstUpdate: 0, updates: 6) == expected)
  }

  @Test(arguments: [1, 2, 4]) func givesTheSameSamplesHoweverShardsAreSpread(ranks: Int) throws {
    let expected = try Self.read(ranks: 1, shards: 4, firstUpdate: 0, updates: 6)
    #expect(try Self.read(ranks: ranks, shards: 4, firstUpdate: 0, updates: 6) == expected)
    #expect(try Self.read(ranks: ranks, shards: 4, firstUpdate: 2, updates: 4) == Array(expected[2...]))
    #expect(try Self.read(ranks: ranks, shards: 8, firstUpdate: 5, updates: 1) == Array(expected[5...]))
  }

  /// Images whose pixels tell their place, mirrored or not, as seen by `ranks` ranks.
  private static func mirrored(ranks: Int, seed: UInt64 = 3) throws -> [Copy] {
    var result = [Copy](repeating: Copy(), count: 5)
    for rank in 0..<ranks {
      let local = 4 / ranks
      let prefetcher = try Prefetcher(
        source: Numbered(), seed: seed, batch: 24, shards: 4, localShards: rank * local..<(rank + 1) * local,
        firstUpdate: 1, isMirroring: true)
      for (update, copy) in try read(prefetcher, firstUpdate: 1, updates: 5).enumerated() {
        result[update].images += copy.images
        result[update].labels += copy.labels
      }
    }
    return result
  }

  @Test func mirrorsHalfOfTheImagesWhateverTheRanks() throws {
    let plain = try Self.read(ranks: 1, shards: 4, firstUpdate: 1, updates: 5)
    let found = try Self.mirrored(ranks: 1)
    var flags: [Bool] = []
    for (update, copy) in plain.enumerated() {
      #expect(found[update].labels == copy.labels)
      for image in 0..<24 {
        let pixels = Array(copy.images[image * 12..<(image + 1) * 12])
        // 2×2 pixels of three channels: the two of a row change places.
        let other = Array(pixels[3..<6] + pixels[0..<3] + pixels[9..<12] + pixels[6..<9])
        let shown = Array(found[update].images[image * 12..<(image + 1) * 12])
        #expect(shown == pixels || shown == other)
        flags.append(shown == other)
        // Whether the n-th image of the run is mirrored is a function of seed and n.
        var stream = RandomStream(seed: 3, purpose: .mirroring, sample: UInt32((update + 1) * 24 + image))
        #expect((shown == other) == (stream.next() >> 31 == 1))
      }
    }
    let share = Double(flags.count { $0 }) / Double(flags.count)
    #expect(share > 0.35 && share < 0.65)
    for ranks in [2, 4] { #expect(try Self.mirrored(ranks: ranks) == found) }
    #expect(try Self.mirrored(ranks: 1, seed: 4) != found)
  }

  @Test func leavesTheBatchInUseAlone() throws {
    let prefetcher = try Prefetcher(source: Numbered(), seed: 3, batch: 24, shards: 1, localShards: 0..<1)
    for _ in 0..<20 {
      let batch = try prefetcher.next()
      let before = Array(batch.images.elements)
      usleep(2000)  // enough for the thread to fill whatever it believes to be free
      #expect(Array(batch.images.elements) == before)
    }
    prefetcher.stop()
  }

  @Test func waitsForASlowSource() throws {
    let prefetcher = try Prefetcher(source: Numbered(delay: 2000), seed: 3, batch: 8, shards: 1, localShards: 0..<1)
    let slow = try Self.read(prefetcher, firstUpdate: 0, updates: 3)
    let fast = try Prefetcher(source: Numbered(), seed: 3, batch: 8, shards: 1, localShards: 0..<1)
    #expect(try slow == Self.read(fast, firstUpdate: 0, updates: 3))
  }

  @Test func endsInTheMiddleOfABatch() throws {
    // Reading a whole batch would take hours.
    let slow = Numbered(count: 50, delay: 100_000)
    let prefetcher = try Prefetcher(source: slow, seed: 3, batch: 100_000, shards: 1, localShards: 0..<1)
    prefetcher.stop()
    prefetcher.stop()
    do { _ = try Prefetcher(source: slow, seed: 3, batch: 100_000, shards: 1, localShards: 0..<1) }
  }

  @Test func aFileThatIsCutIsAnErrorOfTheNextBatch() throws {
    struct Cut: ImageDataset {
      let description = "cut"
      let count = 50
      let classNames = ["a"]
      let resolution = 2
      let channels = 1
      let fingerprint = ""
      /// How many of the first images there are.
      let whole: Int

      func label(_ index: Int) -> Int { 0 }
      func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
        if index >= whole { throw DatasetError(.malformed, "ends early") }
        pixels.update(repeating: 1)
      }
    }
    let prefetcher = try Prefetcher(source: Cut(whole: 0), seed: 3, batch: 4, shards: 1, localShards: 0..<1)
    for _ in 0..<2 { #expect(throws: DatasetError.self) { try prefetcher.next() } }
    // Batches before the fault are given.
    let later = try Prefetcher(source: Cut(whole: 25), seed: 3, batch: 1, shards: 1, localShards: 0..<1)
    #expect(throws: DatasetError.self) { for _ in 0..<50 { _ = try later.next() } }
  }

  @Test func startsAndEndsManyTimes() throws {
    for round in 0..<200 {
      let prefetcher = try Prefetcher(source: Numbered(), seed: 3, batch: 4, shards: 2, localShards: 1..<2)
      for _ in 0..<round % 4 { _ = try prefetcher.next() }
    }
  }
}
