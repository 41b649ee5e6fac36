internal import Files

/// The blocks that a dataset is cut into, found by a walk through their tree (HDF5 file format 3.0, section III.A.1).
struct HDF5Chunks: Sendable {
  /// A block in the file.
  struct Chunk: Sendable {
    var address: UInt64 = 0
    /// Bytes in the file; 0 where there is no such block.
    var byteCount = 0
    /// Which filters were left out.
    var mask: UInt32 = 0
  }

  /// The most bytes of a block.
  private static let byteLimit = 1 << 30

  /// Extents of a block.
  let extents: [Int]
  /// How many blocks there are along each axis.
  let grid: [Int]
  let filters: HDF5Filters
  /// Bytes of a block that is not compressed.
  let byteCount: Int
  private(set) var chunks: [Chunk]

  /// Reads the rest of a layout message, and the tree.
  init(
    _ fields: inout HDF5Fields, filters: HDF5Filters, shape: [Int], elementSize: Int, _ file: HDF5Bytes, _ name: String
  ) throws {
    let rank = try fields.integer(1) - 1
    let root = try fields.number(8)
    guard rank == shape.count, rank > 0 else {
      throw FormatFault("its \(name.quoted) of \(shape) has chunks of \(rank) axes")
    }
    var (extents, size) = ([Int](), elementSize)
    for _ in 0..<rank {
      let extent = try fields.integer(4)
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= Self.byteLimit else {
        throw FormatFault(
          "the chunks of its \(name.quoted) are empty or larger than \(mebibytes(Self.byteLimit)) MiB",
          advice: "write smaller chunks")
      }
      size = product
      extents.append(extent)
    }
    guard try fields.integer(4) == elementSize else {
      throw FormatFault("the chunks of its \(name.quoted) hold other numbers")
    }
    (self.extents, self.filters, byteCount) = (extents, filters, size)
    grid = zip(shape, extents).map { ($0 + $1 - 1) / $1 }
    var count = 1
    // A block has an entry in the tree, of which it is the smallest part.
    for number in grid {
      let (product, overflow) = count.multipliedReportingOverflow(by: number)
      guard !overflow, product <= file.source.byteCount / (24 + 8 * rank) else {
        throw FormatFault(
          "its \(name.quoted) of \(shape) would have more chunks of \(extents) than there is room for in the file, or some "
            + "were never written", advice: "write it again, and all of it")
      }
      count = product
    }
    // The table, and its order by address.
    try expectMemory(
      count * 4 * MemoryLayout<Chunk>.stride, for: "the list of chunks of '\(name)' in '\(file.source.name)'")
    chunks = [Chunk](repeating: Chunk(), count: count)
    guard count > 0 else { return }
    guard root != HDF5Bytes.undefined else {
      throw FormatFault("nothing was written into its \(name.quoted)", advice: "write it again")
    }
    var steps = HDF5Walk("tree of chunks of its \(name.quoted)", entryLimit: 2 * count + 65_536)
    try walk(root, below: 256, &steps, file, name.quoted)
    if let missing = chunks.firstIndex(where: { $0.byteCount == 0 }) {
      let row = missing / max(count / grid[0], 1) * extents[0]
      throw FormatFault(
        "chunk \(missing) of its \(name.quoted), from [\(row)] on, was never written",
        advice: "write it again, and all of it")
    }
    // Else a small file could hold a block of any number of rows.
    let places = chunks.sorted { $0.address < $1.address }
    for (one, next) in zip(places, places.dropFirst()) where next.address - one.address < one.byteCount {
      throw FormatFault("two chunks of its \(name.quoted) lie in the same bytes, from \(grouped(Int(next.address))) on")
    }
  }

  private mutating func walk(
    _ address: UInt64, below: Int, _ steps: inout HDF5Walk, _ file: HDF5Bytes, _ name: String
  ) throws {
    var node = try file.read(address, 24, "tree of chunks")
    try node.expect("TREE")
    let (kind, level, count) = (try node.integer(1), try node.integer(1), try node.integer(2))
    guard kind == 1, level < below else { throw FormatFault("the tree of chunks of its \(name) is damaged") }
    try steps.enter(address, entries: count)
    let keySize = 8 + 8 * (extents.count + 1)
    var entries = try file.read(address + 24, count * (keySize + 8), "tree of chunks")
    for _ in 0..<count {
      let (size, mask) = (try entries.integer(4), UInt32(truncatingIfNeeded: try entries.number(4)))
      let place = try self.place(&entries, name)
      let child = try entries.number(8)
      guard level == 0 else {
        try walk(child, below: level, &steps, file, name)
        continue
      }
      let end = file.source.byteCount
      guard size > 0, size <= end, child <= end - size else {
        throw FormatFault("a chunk of its \(name) does not lie in the file; it is truncated or damaged")
      }
      // Files that were made smaller may keep blocks that lie outside of the shape.
      guard let place else { continue }
      guard chunks[place].byteCount == 0 else { throw FormatFault("its \(name) has chunk \(place) twice") }
      guard filters.canHold(byteCount, in: size, mask) else {
        throw FormatFault(
          "chunk \(place) of its \(name) has \(grouped(size)) bytes in the file, which cannot hold \(grouped(byteCount))"
        )
      }
      chunks[place] = Chunk(address: child, byteCount: size, mask: mask)
    }
  }

  /// The number of the block at the next indices, which are those of its first element; `nil` outside of the shape.
  private func place(_ entries: inout HDF5Fields, _ name: String) throws(FormatFault) -> Int? {
    var place: Int? = 0
    for (extent, count) in zip(extents, grid) {
      let start = try entries.number(8)
      guard start.isMultiple(of: UInt64(extent)) else {
        throw FormatFault("a chunk of its \(name) begins within another")
      }
      let index = Int(clamping: start / UInt64(extent))
      place = index < count ? place.map { $0 * count + index } : nil
    }
    try entries.skip(8)
    return place
  }
}
