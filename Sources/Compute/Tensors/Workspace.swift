/// Memory for activations, planned while a network is built and never again: a step allocates nothing.
///
/// Buffers are handed out of large slabs, which the system backs page by page when they are first written. One thread plans;
/// what it hands out lives as long as the workspace.
public final class Workspace {
  private var slabs: [UnsafeMutableRawBufferPointer] = []
  private var free = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Bytes handed out so far.
  public private(set) var bytes = 0

  /// A workspace without memory.
  public init() {}

  deinit { for slab in slabs { LazyMemory.release(slab) } }

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
      free = LazyMemory.reserve(max(size, 64 << 20))
      slabs.append(free)
    }
    guard let start = free.baseAddress else { preconditionFailure("an empty slab") }
    free = UnsafeMutableRawBufferPointer(rebasing: free[size...])
    bytes += size
    return start
  }
}
