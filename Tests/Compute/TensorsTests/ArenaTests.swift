import Tensors
import Testing

/// Where the numbers of an arena lie, and that files get them in PyTorch's order.
@Suite struct ArenaTests {
  /// Sets an entry from file order and compares each number's place with a formula, then reads it back.
  private func check(
    _ shape: [Int], fileAxes: [Int]?, fileShape: [Int]? = nil, expectedFileShape: [Int],
    _ place: (_ arena: [Double], _ fileIndex: [Int]) -> Double
  ) throws {
    var layout = ArenaLayout()
    _ = layout.add("before", [5], .constant(0))
    _ = layout.add("entry", shape, fileAxes: fileAxes, fileShape: fileShape, .constant(0))
    _ = layout.add("after", [3], .constant(0))
    let entry = try #require(layout.entries.first { $0.name == "entry" })
    #expect(entry.fileShape == expectedFileShape)
    let arena = Arena<Double>(layout)
    let numbers = (0..<entry.range.count).map { Double($0 + 1) }
    arena.setFileOrder(entry, numbers)
    #expect(arena.fileOrder(entry) == numbers)
    let stored = Array(arena.values[entry.range])
    for file in numbers.indices {
      var (rest, index) = (file, [Int](repeating: 0, count: expectedFileShape.count))
      for axis in expectedFileShape.indices.reversed() {
        index[axis] = rest % expectedFileShape[axis]
        rest /= expectedFileShape[axis]
      }
      #expect(place(stored, index) == numbers[file], "file index \(index)")
    }
    let others = arena.values.indices.filter { !entry.range.contains($0) }
    #expect(others.allSatisfy { arena.values[$0] == 0 }, "neighbours and padding stay as they are")
  }

  @Test func convolutionsAreFiledAsOutputsInputsRowsColumns() throws {
    let (k, c, o) = (3, 4, 5)
    try check([k, k, c, o], fileAxes: [3, 2, 0, 1], expectedFileShape: [o, c, k, k]) { arena, file in
      arena[((file[2] * k + file[3]) * c + file[1]) * o + file[0]]
    }
  }

  @Test func linearLayersAreFiledAsOutputsInputs() throws {
    try check([4, 7], fileAxes: [1, 0], expectedFileShape: [7, 4]) { arena, file in arena[file[1] * 7 + file[0]] }
  }

  @Test func linearLayersToMapsAreFiledChannelByChannel() throws {
    let (inputs, pixels, channels) = (3, 4, 5)
    try check(
      [inputs, pixels, channels], fileAxes: [2, 1, 0], fileShape: [channels * pixels, inputs],
      expectedFileShape: [channels * pixels, inputs]
    ) { arena, file in
      let (channel, pixel) = (file[0] / pixels, file[0] % pixels)
      return arena[(file[1] * pixels + pixel) * channels + channel]
    }
  }

  @Test func embeddingsAreFiledAsTheyLie() throws {
    try check([6, 5], fileAxes: nil, expectedFileShape: [6, 5]) { arena, file in arena[file[0] * 5 + file[1]] }
  }

  @Test func entriesStartAtMultiplesOfSixteenAndPaddingDoesNotCount() {
    var layout = ArenaLayout()
    let ranges = [1, 16, 17, 31].map { layout.add("entry of \($0)", [$0], .constant(0)) }
    #expect(ranges.map(\.lowerBound) == [0, 16, 32, 64])
    #expect(ranges.map(\.count) == [1, 16, 17, 31])
    #expect(layout.count == 96)
    #expect(layout.parameterCount == 65)
    let arena = Arena<Float>(layout)
    #expect(arena.values.count == 96 && arena.values.allSatisfy { $0 == 0 })
    #expect(UInt(bitPattern: arena.values.baseAddress) % 64 == 0)
  }

  @Test func viewsAndCopiesShareOrDuplicateNumbers() {
    var layout = ArenaLayout()
    _ = layout.add("first", [16], .constant(0))
    let range = layout.add("second", [2, 3], .constant(0))
    let (arena, other) = (Arena<Float>(layout), Arena<Float>(layout))
    arena.tensor(range, Shape(2, 3))[rows: 1..<2].fill(4)
    #expect(Array(arena.values[range]) == [0, 0, 0, 4, 4, 4])
    other.copy(from: arena)
    arena.tensor(range, Shape(2, 3)).fill(5)
    #expect(Array(other.values[range]) == [0, 0, 0, 4, 4, 4])
    withExtendedLifetime((arena, other)) {}
  }
}

/// How arenas start.
@Suite struct InitializerTests {
  private func arena(_ initializer: Initializer, axes: [Int] = [0, 1], seed: UInt64 = 1) -> Arena<Double> {
    var layout = ArenaLayout()
    _ = layout.add("before", [3], .constant(-2))
    _ = layout.add("entry", axes == [0, 1] ? [200, 100] : [100, 200], fileAxes: axes, initializer)
    let arena = Arena<Double>(layout)
    arena.initialize(seed: seed, purpose: .initialization, owner: .generator)
    return arena
  }

  @Test func xavierUniformFillsItsIntervalEvenly() throws {
    let arena = arena(.xavierUniform(fanIn: 100, fanOut: 200))
    let bound = (6.0 / 300).squareRoot()
    let numbers = arena.fileOrder(try #require(arena.layout.entries.last))
    #expect(numbers.allSatisfy { abs($0) <= bound })
    #expect((numbers.max() ?? 0) > 0.999 * bound && (numbers.min() ?? 0) < -0.999 * bound)
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.03)
    #expect(arena.values[0..<3].allSatisfy { $0 == -2 } && arena.values[3..<16].allSatisfy { $0 == 0 })
  }

  @Test func axisOrderOfTheArenaDoesNotChangeTheNetwork() throws {
    let (one, other) = (arena(.normal), arena(.normal, axes: [1, 0]))
    let entries = (try #require(one.layout.entries.last), try #require(other.layout.entries.last))
    #expect(one.fileOrder(entries.0) == other.fileOrder(entries.1))
    #expect(one.fileOrder(entries.0) != arena(.normal, seed: 2).fileOrder(entries.0))
  }

  @Test func entriesAndNetworksStartDifferently() throws {
    var layout = ArenaLayout()
    let (first, second) = (layout.add("first", [16], .normal), layout.add("second", [16], .normal))
    let (one, other) = (Arena<Double>(layout), Arena<Double>(layout))
    one.initialize(seed: 1, purpose: .initialization, owner: .generator)
    other.initialize(seed: 1, purpose: .initialization, owner: .discriminator)
    #expect(Array(one.values[first]) != Array(one.values[second]))
    #expect(Array(one.values[first]) != Array(other.values[first]))
  }
}
