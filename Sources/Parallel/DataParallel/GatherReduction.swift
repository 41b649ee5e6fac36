internal import MPI
internal import Tensors

/// The plain way to sum over ranks: root gathers everybody's elements, adds them along the canonical tree, and broadcasts.
///
/// It is the oracle of faster ways: all of it can be read here, and every rank receives root's own bits. Buffers are
/// taken in slices, so that the memory at root, allocated once, does not grow with them.
final class GatherReduction {
  /// The bytes of one slice.
  static let sliceBytes = 4 << 20

  /// At root, one slice from every rank; elsewhere nothing.
  private let gathered: UnsafeMutableRawBufferPointer

  init(ranks: Int, isRoot: Bool) {
    gathered = .allocate(byteCount: isRoot && ranks > 1 ? ranks * Self.sliceBytes : 0, alignment: 64)
  }

  deinit { gathered.deallocate() }

  /// Replaces `buffer` on every rank of `communicator` by its sum over ranks.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func sum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, over communicator: Communicator
  ) throws(MPIError) {
    let capacity = Self.sliceBytes / MemoryLayout<Scalar>.stride
    var start = 0
    while start < buffer.count {
      let slice = UnsafeMutableBufferPointer(rebasing: buffer[start..<min(start + capacity, buffer.count)])
      try sumSlice(slice, over: communicator)
      start += slice.count
    }
  }

  private func sumSlice<Scalar: MPIScalar & FloatingPoint>(
    _ slice: UnsafeMutableBufferPointer<Scalar>, over communicator: Communicator
  ) throws(MPIError) {
    let parts = Parts<Scalar>(
      memory: gathered, length: slice.count, count: communicator.isRoot ? communicator.size : 0)
    try communicator.gather(UnsafeBufferPointer(slice), into: parts.all)
    if communicator.isRoot {
      parts.sum(0..<communicator.size)
      _ = slice.update(fromContentsOf: parts[0])
    }
    try communicator.broadcast(slice)
  }
}

/// Equally long runs of elements, one after the other: what root has gathered.
private struct Parts<Scalar: FloatingPoint & BitwiseCopyable> {
  let all: UnsafeMutableBufferPointer<Scalar>
  private let length: Int

  init(memory: UnsafeMutableRawBufferPointer, length: Int, count: Int) {
    let elements = memory.bindMemory(to: Scalar.self)
    all = UnsafeMutableBufferPointer(rebasing: elements[0..<count * length])
    self.length = length
  }

  subscript(index: Int) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(rebasing: all[index * length..<(index + 1) * length])
  }

  /// Adds the parts in `range` along the canonical tree; the first of them holds the sum afterwards.
  func sum(_ range: Range<Int>) {
    guard range.count > 1 else { return }
    let middle = range.lowerBound + ReductionTree.leftCount(of: range.count)
    sum(range.lowerBound..<middle)
    sum(middle..<range.upperBound)
    let left = self[range.lowerBound]
    let right = self[middle]
    for index in 0..<length { left[index] += right[index] }
  }
}
