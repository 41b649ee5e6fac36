public import Files

/// Reads what shares a first index, best in the order of the indices; one thread uses it.
///
/// The blocks around the last row that was asked for are kept, and no others.
public final class HDF5RowReader {
  private let dataset: HDF5Dataset
  private let rowByteCount: Int
  /// The rows that are in memory.
  private var rows = 0..<0
  private var bytes: [UInt8] = []
  /// The rows that could not be read last and why, so that a damaged block is not undone again for each of its rows.
  private var failed: (rows: Range<Int>, error: FileError)?

  init(_ dataset: HDF5Dataset) throws(FileError) {
    self.dataset = dataset
    rowByteCount = dataset.rowByteCount
    let (rows, overflow) = rowByteCount.multipliedReportingOverflow(by: dataset.layout.rowsTogether)
    guard !overflow else { throw FileError(.malformed, "the chunks of \(dataset.name) are impossibly large") }
    // Blocks may be larger than the shape.
    var block = 0
    if case .chunked(let chunks) = dataset.layout.place { block = chunks.byteCount }
    // The rows, a block as it is in the file, and what comes of it.
    try expectMemory(min(max(rows, block), 1 << 58) * 3, for: "a row of chunks of \(dataset.name)")
  }

  /// The bytes of a row, in the file's order of bytes.
  public func row(_ index: Int) throws(FileError) -> ArraySlice<UInt8> {
    precondition(index >= 0 && index < dataset.shape[0], "row \(index) of \(dataset.shape)")
    if !rows.contains(index) { try load(index) }
    let start = (index - rows.lowerBound) * rowByteCount
    return bytes[start..<start + rowByteCount]
  }

  private func load(_ index: Int) throws(FileError) {
    if let failed, failed.rows.contains(index) { throw failed.error }
    let together = dataset.rowsTogether
    let first = index / together * together
    let wanted = first..<min(first + together, dataset.shape[0])
    rows = 0..<0
    do throws(FileError) {
      bytes = try HDF5File.checked(dataset.file.source.name) { try content(of: wanted) }
    } catch {
      failed = (wanted, error)
      throw error
    }
    rows = wanted
  }

  private func content(of wanted: Range<Int>) throws -> [UInt8] {
    switch dataset.layout.place {
    case .compact(let bytes): return bytes
    case .contiguous(let address):
      let start = address + UInt64(wanted.lowerBound * rowByteCount)
      return try dataset.file.read(start, wanted.count * rowByteCount, dataset.name).bytes
    case .chunked(let chunks): return try gather(wanted, chunks)
    }
  }

  /// Puts the blocks together that hold some rows.
  private func gather(_ wanted: Range<Int>, _ chunks: HDF5Chunks) throws -> [UInt8] {
    let (size, shape) = (dataset.elementSize, dataset.shape)
    var result = [UInt8](repeating: 0, count: wanted.count * rowByteCount)
    let across = chunks.grid.dropFirst().reduce(1, *)
    let start = wanted.lowerBound / chunks.extents[0] * across
    for number in 0..<across {
      let chunk = chunks.chunks[start + number]
      let stored = try dataset.file.read(chunk.address, chunk.byteCount, "chunk").bytes
      let content = try chunks.filters.undone(stored, byteCount: chunks.byteCount, chunk.mask)
      // Where the block begins along each axis, and how much of it lies within the shape.
      var (origin, rest) = ([Int](repeating: 0, count: shape.count), number)
      for axis in stride(from: shape.count - 1, to: 0, by: -1) {
        origin[axis] = rest % chunks.grid[axis] * chunks.extents[axis]
        rest /= chunks.grid[axis]
      }
      var extents = shape.indices.map { min(chunks.extents[$0], shape[$0] - origin[$0]) }
      extents[0] = wanted.count
      copy(content, chunks.extents, extents, origin, size, into: &result)
    }
    return result
  }

  /// Copies the part of a block that lies within the shape, a run along the last axis at a time.
  private func copy(
    _ content: [UInt8], _ block: [Int], _ extents: [Int], _ origin: [Int], _ size: Int, into result: inout [UInt8]
  ) {
    let shape = dataset.shape
    let last = shape.count - 1
    let run = (last == 0 ? extents[0] : extents[last]) * size
    let runs = extents.dropLast().reduce(1, *)
    for number in 0..<(last == 0 ? 1 : runs) {
      var (rest, source, target) = (number, 0, 0)
      var (sourceStride, targetStride) = (block[last] * size, shape[last] * size)
      for axis in stride(from: last - 1, through: 0, by: -1) {
        let index = rest % extents[axis]
        rest /= extents[axis]
        source += index * sourceStride
        target += (index + (axis == 0 ? 0 : origin[axis])) * targetStride
        sourceStride *= block[axis]
        targetStride *= shape[axis]
      }
      if last > 0 { target += origin[last] * size }
      result.withUnsafeMutableBytes { memory in
        content.withUnsafeBytes { bytes in
          UnsafeMutableRawBufferPointer(rebasing: memory[target..<target + run]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[source..<source + run]))
        }
      }
    }
  }
}
