/// A curve of any number of points in bounded memory.
///
/// Neighbours share a bucket, of which the least and the greatest value and the mean stay. When there is no bucket left,
/// each takes its neighbour in, and buckets are twice as wide from then on.
package struct ThinnedCurve: Sendable {
  /// A point of the curve.
  package typealias Point = (x: Double, y: Double)

  private struct Bucket {
    var least, greatest: Point
    var sum: Point
    var count: Int

    init(_ point: Point) { (least, greatest, sum, count) = (point, point, point, 1) }

    mutating func take(_ other: Bucket) {
      if other.least.y < least.y { least = other.least }
      if other.greatest.y > greatest.y { greatest = other.greatest }
      sum = (sum.x + other.sum.x, sum.y + other.sum.y)
      count += other.count
    }

    var mean: Point { (sum.x / Double(count), sum.y / Double(count)) }
  }

  private let capacity: Int
  private var buckets: [Bucket] = []
  /// Points that go into a bucket.
  private var width = 1
  /// How many points there were.
  package private(set) var count = 0
  /// Values that were no finite numbers, or beyond what a picture can show.
  package private(set) var lost = 0
  /// The first and the last point.
  package private(set) var first: Point?, last: Point?

  /// A curve without points.
  ///
  /// - Parameter capacity: How many buckets it keeps; even.
  package init(capacity: Int = 512) {
    precondition(capacity >= 2 && capacity.isMultiple(of: 2), "\(capacity) buckets")
    self.capacity = capacity
  }

  /// Values beyond this are not drawn: their differences might overflow.
  private static let largest = 1e100

  /// Adds a point.
  package mutating func append(_ x: Double, _ y: Double) {
    guard abs(y) <= Self.largest else {
      lost += 1
      return
    }
    let bucket = Bucket((x, y))
    if first == nil { first = (x, y) }
    last = (x, y)
    count += 1
    if let end = buckets.indices.last, buckets[end].count < width {
      buckets[end].take(bucket)
      return
    }
    if buckets.count == capacity { halve() }
    buckets.append(bucket)
  }

  private mutating func halve() {
    buckets = Self.merged(buckets, by: 2)
    width *= 2
  }

  private static func merged(_ buckets: [Bucket], by factor: Int) -> [Bucket] {
    guard factor > 1 else { return buckets }
    return stride(from: 0, to: buckets.count, by: factor).map { start in
      var result = buckets[start]
      for other in buckets[(start + 1)..<min(start + factor, buckets.count)] { result.take(other) }
      return result
    }
  }

  /// The point of the least value, and that of the greatest.
  package var extremes: (least: Point, greatest: Point)? {
    Self.merged(buckets, by: max(buckets.count, 2)).first.map { ($0.least, $0.greatest) }
  }

  /// Points to draw: the first, the last, and between them the extremes of buckets, or all points where these are few.
  ///
  /// - Parameter limit: The most points.
  /// - Returns: Points in their order.
  package func points(atMost limit: Int) -> [Point] {
    precondition(limit >= 4, "\(limit) points")
    if width == 1, count <= limit { return buckets.map(\.least) }
    let room = (limit - 2) / 2
    var result: [Point] = []
    func add(_ point: Point) { if result.last.map({ $0 != point }) ?? true { result.append(point) } }
    if let first { add(first) }
    for bucket in Self.merged(buckets, by: (buckets.count + room - 1) / room) {
      let isRising = bucket.least.x <= bucket.greatest.x
      add(isRising ? bucket.least : bucket.greatest)
      add(isRising ? bucket.greatest : bucket.least)
    }
    if let last { add(last) }
    return result
  }

  /// Means of neighbours, for a line through a curve that is too dense to be followed.
  ///
  /// - Parameter limit: How many at most.
  /// - Returns: Points in their order.
  package func means(atMost limit: Int) -> [Point] {
    Self.merged(buckets, by: max((buckets.count + limit - 1) / limit, 1)).map(\.mean)
  }
}
