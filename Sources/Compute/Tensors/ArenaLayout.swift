/// How the numbers of a network are ordered in one contiguous block: which name lies where, in which axis order, and how
/// the same numbers are ordered in files, which always hold PyTorch's layouts.
///
/// Entries follow each other in forward order and start at multiples of 16 elements.
public struct ArenaLayout: Sendable {
  /// One named tensor of the arena.
  public struct Entry: Sendable {
    /// Readable and unique, for instance `block2.conv1.weight`.
    public let name: String
    /// Extents in the arena's axis order.
    public let shape: [Int]
    /// The arena's axes in the order in which files store them.
    public let fileAxes: [Int]
    /// Extents in files; the product is that of `shape`.
    public let fileShape: [Int]
    /// Where the entry lies, in elements.
    public let range: Range<Int>
    /// How the entry starts.
    public let initializer: Initializer
  }

  /// All entries, in forward order.
  public private(set) var entries: [Entry] = []
  /// Elements of the whole block, padding included.
  public private(set) var count = 0

  /// A layout without entries.
  public init() {}

  /// Elements without padding: the number of parameters.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.range.count } }

  /// Appends a tensor.
  ///
  /// - Parameters:
  ///   - name: Readable and unique.
  ///   - shape: Extents in the arena's axis order.
  ///   - fileAxes: The arena's axes in the files' order; the same order where `nil`.
  ///   - fileShape: Extents in files; the permuted `shape` where `nil`.
  ///   - initializer: How the entry starts.
  /// - Returns: The entry's place, in elements.
  public mutating func add(
    _ name: String, _ shape: [Int], fileAxes: [Int]? = nil, fileShape: [Int]? = nil,
    _ initializer: Initializer
  ) -> Range<Int> {
    precondition(!entries.contains { $0.name == name }, "two entries are named '\(name)'")
    let axes = fileAxes ?? Array(shape.indices)
    let outside = fileShape ?? axes.map { shape[$0] }
    let size = shape.reduce(1, *)
    precondition(axes.sorted() == Array(shape.indices), "\(name): \(axes) is not an axis order")
    precondition(outside.reduce(1, *) == size, "\(name): \(shape) cannot be filed as \(outside)")
    let range = count..<count + size
    entries.append(
      Entry(
        name: name, shape: shape, fileAxes: axes, fileShape: outside, range: range,
        initializer: initializer))
    count = (range.upperBound + 15) / 16 * 16
    return range
  }
}

extension ArenaLayout.Entry {
  /// Calls `body` with the arena's offset (within the entry) of each number, in file order.
  @inline(__always)
  public func forEachInFileOrder(_ body: (_ fileIndex: Int, _ arenaOffset: Int) -> Void) {
    if range.isEmpty { return }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    // Checkpoints move hundreds of millions of numbers through here: the last axis is a loop of its own, and the filters
    // of a 1 × 1 convolution, an axis of one, are none.
    let axes = fileAxes.filter { shape[$0] > 1 }
    guard let last = axes.last else { return body(0, 0) }
    let (length, step) = (shape[last], strides[last])
    let extents = axes.dropLast().map { shape[$0] }
    let steps = axes.dropLast().map { strides[$0] }
    var index = [Int](repeating: 0, count: extents.count)
    var offset = 0
    for first in stride(from: 0, to: range.count, by: length) {
      for i in 0..<length { body(first &+ i, offset &+ i &* step) }
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        offset += steps[axis]
        if index[axis] < extents[axis] { break }
        offset -= steps[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
