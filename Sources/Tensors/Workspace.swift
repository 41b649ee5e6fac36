#if canImport(Glibc)
  import Glibc
#endif

/// Memory for activations, planned while a network is built and never again: a step allocates nothing.
///
/// Buffers are handed out of large anonymous mappings. The system backs a page only when it is first written, so a
/// network can be planned, and its need printed, on a machine that could not run it.
public final class Workspace: @unchecked Sendable {
  private var slabs: [UnsafeMutableRawBufferPointer] = []
  private var free = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Bytes handed out so far.
  public private(set) var bytes = 0

  /// A workspace without memory.
  public init() {}

  deinit { for slab in slabs { munmap(slab.baseAddress, slab.count) } }

  /// A 64-byte aligned tensor of zeros.
  public func tensor<Scalar: TensorScalar>(
    _ shape: Shape, of type: Scalar.Type = Scalar.self
  ) -> Tensor<Scalar> {
    let base = reserve(shape.count * MemoryLayout<Scalar>.stride)
    return Tensor(base.bindMemory(to: Scalar.self, capacity: shape.count), shape)
  }

  /// A 64-byte aligned buffer of `count` zeros.
  public func buffer<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutableBufferPointer<Element> {
    let base = reserve(count * MemoryLayout<Element>.stride)
    return UnsafeMutableBufferPointer(
      start: base.bindMemory(to: type, capacity: count), count: count)
  }

  private func reserve(_ wanted: Int) -> UnsafeMutableRawPointer {
    let size = (max(wanted, 1) + 63) / 64 * 64
    if free.count < size {
      let length = max(size, 64 << 20)
      let slab = mmap(
        nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      guard let slab, slab != MAP_FAILED else {
        fatalError("cannot reserve \(length) bytes of address space for activations")
      }
      free = UnsafeMutableRawBufferPointer(start: slab, count: length)
      slabs.append(free)
    }
    guard let start = free.baseAddress else { preconditionFailure("an empty slab") }
    free = UnsafeMutableRawBufferPointer(rebasing: free[size...])
    bytes += size
    return start
  }
}
