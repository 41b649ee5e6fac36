/// The extents of a tensor, outermost first: at most four, stored inline, so that shapes can be made inside a step.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  private var extents: SIMD4<Int>
  /// Number of extents, 0…4.
  public let rank: Int

  /// A vector of `d0` elements.
  public init(_ d0: Int) { self.init(d0, 1, 1, 1, rank: 1) }

  /// A matrix of `d0` rows.
  public init(_ d0: Int, _ d1: Int) { self.init(d0, d1, 1, 1, rank: 2) }

  /// Three extents, for instance `[N, H·W, C]`.
  public init(_ d0: Int, _ d1: Int, _ d2: Int) { self.init(d0, d1, d2, 1, rank: 3) }

  /// Four extents, for images `[N, H, W, C]`.
  public init(_ d0: Int, _ d1: Int, _ d2: Int, _ d3: Int) { self.init(d0, d1, d2, d3, rank: 4) }

  private init(_ d0: Int, _ d1: Int, _ d2: Int, _ d3: Int, rank: Int) {
    precondition(d0 >= 0 && d1 >= 0 && d2 >= 0 && d3 >= 0, "a shape has no negative extents")
    extents = SIMD4(d0, d1, d2, d3)
    self.rank = rank
  }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int {
    precondition(axis < rank, "axis \(axis) of a shape of rank \(rank)")
    return extents[axis]
  }

  /// Number of elements.
  public var count: Int { extents[0] * extents[1] * extents[2] * extents[3] }

  /// The same shape with another outermost extent.
  public func withOutermost(_ extent: Int) -> Shape {
    var copy = self
    copy.extents[0] = extent
    return copy
  }

  /// For instance `[8, 32, 32, 256]`.
  public var description: String {
    "[" + (0..<rank).map { String(extents[$0]) }.joined(separator: ", ") + "]"
  }
}
