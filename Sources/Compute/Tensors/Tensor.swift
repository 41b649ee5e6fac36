/// A dense view of numbers in memory that somebody else owns: an arena or a workspace.
///
/// Images are `[N, H, W, C]` (NHWC).
/// A tensor is a pointer and a shape: copying one copies neither numbers nor ownership. Owners outlive the networks that
/// use their memory, and networks outlive the views they hand out.
///
/// It is sent to the tasks of a worker pool, which all may read it; each writes elements that no other task touches. The
/// compiler cannot see that: the kernels, which cut the work by rows, channels or blocks, take care of it.
public struct Tensor<Scalar: TensorScalar>: @unchecked Sendable {
  /// The first element; 64-byte aligned at the start of a planned buffer.
  public let base: UnsafeMutablePointer<Scalar>
  /// The extents, outermost first.
  public let shape: Shape

  /// A view of `shape.count` elements from `base` on.
  public init(_ base: UnsafeMutablePointer<Scalar>, _ shape: Shape) {
    self.base = base
    self.shape = shape
  }

  /// Number of elements.
  public var count: Int { shape.count }

  /// All elements, outermost axis first.
  public var elements: UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// The entries `range` of the outermost axis: images of a batch, rows of a matrix.
  public subscript(rows range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of a tensor \(shape)")
    return Tensor(
      base + range.lowerBound * (shape[0] == 0 ? 0 : count / shape[0]),
      shape.withOutermost(range.count))
  }

  /// The same elements under another shape of as many.
  public func reshaped(_ other: Shape) -> Tensor {
    precondition(other.count == count, "\(shape) cannot be viewed as \(other)")
    return Tensor(base, other)
  }

  /// Copies all elements of `source`, which has the same count.
  public func copy(from source: Tensor) {
    precondition(source.count == count, "copy of \(source.shape) into \(shape)")
    base.update(from: source.base, count: count)
  }

  /// Sets every element.
  public func fill(_ value: Scalar) {
    base.update(repeating: value, count: count)
  }
}
