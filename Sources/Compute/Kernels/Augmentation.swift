public import Tensors
public import Threads

/// How one image is changed before the discriminator judges it.
///
/// It is DiffAugment with colour, translation and cutout, in this order (Zhao et al. 2020, section 4, and the code published with it).
/// With these numbers held, the result is the image's linear function and a constant.
public struct ImageAugmentation: Hashable, Sendable, BitwiseCopyable {
  /// Added to every number, −½ … ½.
  public var brightness: Double
  /// Factor of each pixel's distance from the mean of its channels, 0 … 2; images of one channel have none.
  public var saturation: Double
  /// Factor of each number's distance from the mean of the image, ½ … 1½.
  public var contrast: Double
  /// How far to the right and below of its place a pixel of the result is taken from; beyond the edges there are zeros.
  public var rowShift, columnShift: Int
  /// The middle of the square of zeros; of an even side the first row and column behind it.
  public var holeRow, holeColumn: Int
  /// The side of the square, of which what lies beyond the edges is cut off; 0 for none.
  public var holeSide: Int

  /// The change that changes nothing but what is said.
  public init(
    brightness: Double = 0, saturation: Double = 1, contrast: Double = 1, rowShift: Int = 0, columnShift: Int = 0,
    holeRow: Int = 0, holeColumn: Int = 0, holeSide: Int = 0
  ) {
    (self.brightness, self.saturation, self.contrast) = (brightness, saturation, contrast)
    (self.rowShift, self.columnShift) = (rowShift, columnShift)
    (self.holeRow, self.holeColumn, self.holeSide) = (holeRow, holeColumn, holeSide)
  }

  /// The longest translation of images of a side: an eighth of it, rounded.
  public static func largestShift(side: Int) -> Int { (side + 4) / 8 }

  /// The side of the square of zeros in images of a side: half of it, rounded up.
  public static func holeSide(side: Int) -> Int { (side + 1) / 2 }

  /// Calls `body` for each run of pixels of the result that are neither cut out nor from beyond the edges.
  @inline(__always)
  fileprivate func forEachRun(
    height: Int, width: Int, _ body: (_ row: Int, _ columns: Range<Int>, _ sourceRow: Int) -> Void
  ) {
    func inside(_ range: Range<Int>, _ length: Int) -> Range<Int> { range.clamped(to: 0..<length) }
    let rows = inside(-rowShift..<height &- rowShift, height)
    let columns = inside(-columnShift..<width &- columnShift, width)
    let (top, left) = (holeRow &- holeSide / 2, holeColumn &- holeSide / 2)
    let holeRows = inside(top..<top &+ holeSide, height)
    let hole = (left..<left &+ holeSide).clamped(to: columns)
    for row in rows {
      if holeRows.contains(row), !hole.isEmpty {
        body(row, columns.lowerBound..<hole.lowerBound, row &+ rowShift)
        body(row, hole.upperBound..<columns.upperBound, row &+ rowShift)
      } else {
        body(row, columns, row &+ rowShift)
      }
    }
  }
}

/// Changes each image in its own way.
///
/// Brightness, saturation and contrast of a number x of a pixel with mean p in an image with mean m are one expression:
/// c·s·x + c·(1 − s)·p + (1 − c)·m + b, since neither saturation nor contrast moves the image's mean.
///
/// - Parameters:
///   - x: `[N, H, W, C]`.
///   - augmentations: N of them.
///   - y: The result, as many images, overwritten; not `x`.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func augment<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ augmentations: UnsafeBufferPointer<ImageAugmentation>, into y: Tensor<Scalar>, pool: WorkerPool
) {
  let (height, width, channels) = checkedExtents(x, augmentations, y)
  let image = height * width * channels
  let list = Shared(augmentations)
  pool.run(x.shape[0]) { n, _ in
    let (from, to, own) = (x.base + n &* image, y.base + n &* image, list.pointer[n])
    let mean = sumOfRun(from, image) / Double(image)
    let factor = Scalar(own.contrast * own.saturation)
    let share = Scalar(own.contrast * (1 - own.saturation) / Double(channels))
    let constant = Scalar((1 - own.contrast) * mean + own.brightness)
    for i in 0..<image { to[i] = 0 }
    own.forEachRun(height: height, width: width) { row, columns, sourceRow in
      let first = (sourceRow &* width &+ columns.lowerBound &+ own.columnShift) &* channels
      recolour(
        from + first, pixels: columns.count, channels, factor, share, constant,
        into: to + (row &* width &+ columns.lowerBound) &* channels)
    }
  }
}

/// The adjoint of the linear part of `augment`.
///
/// What follows from one number of the image is a sum over what was made of it; recolouring is its own adjoint.
///
/// - Parameters:
///   - dy: `[N, H, W, C]`.
///   - augmentations: Those of the forward pass.
///   - dx: The gradient of the image, overwritten; not `dy`.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func augmentGradient<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, _ augmentations: UnsafeBufferPointer<ImageAugmentation>, into dx: Tensor<Scalar>,
  pool: WorkerPool
) {
  let (height, width, channels) = checkedExtents(dy, augmentations, dx)
  let image = height * width * channels
  let list = Shared(augmentations)
  pool.run(dy.shape[0]) { n, _ in
    let (from, to, own) = (dy.base + n &* image, dx.base + n &* image, list.pointer[n])
    var sum = 0.0
    own.forEachRun(height: height, width: width) { row, columns, _ in
      sum += sumOfRun(from + (row &* width &+ columns.lowerBound) &* channels, columns.count &* channels)
    }
    let factor = Scalar(own.contrast * own.saturation)
    let share = Scalar(own.contrast * (1 - own.saturation) / Double(channels))
    let constant = Scalar((1 - own.contrast) * sum / Double(image))
    // A pixel that is not in the result has its share in the mean alone.
    for i in 0..<image { to[i] = constant }
    own.forEachRun(height: height, width: width) { row, columns, sourceRow in
      let first = (sourceRow &* width &+ columns.lowerBound &+ own.columnShift) &* channels
      recolour(
        from + (row &* width &+ columns.lowerBound) &* channels, pixels: columns.count, channels, factor, share,
        constant, into: to + first)
    }
  }
}

/// y = factor · x + share · (the sum of the pixel's channels) + constant.
@inline(__always)
private func recolour<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, pixels: Int, _ channels: Int, _ factor: Scalar, _ share: Scalar, _ constant: Scalar,
  into y: UnsafeMutablePointer<Scalar>
) {
  for pixel in 0..<pixels {
    let start = pixel &* channels
    var sum = Scalar.zero
    for c in 0..<channels { sum += x[start &+ c] }
    let common = share * sum + constant
    for c in 0..<channels { y[start &+ c] = factor * x[start &+ c] + common }
  }
}

/// The sum of numbers that lie one after the other, in four chains of double precision.
@inline(__always)
private func sumOfRun<Scalar: KernelScalar>(_ x: UnsafePointer<Scalar>, _ count: Int) -> Double {
  var sums = SIMD4<Double>.zero
  let whole = count / 4 &* 4
  for i in stride(from: 0, to: whole, by: 4) {
    sums += SIMD4(Double(x[i]), Double(x[i &+ 1]), Double(x[i &+ 2]), Double(x[i &+ 3]))
  }
  for i in whole..<count { sums[0] += Double(x[i]) }
  return sums.sum()
}

/// Height, width and channels of images that fit to what is made of them.
private func checkedExtents<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ augmentations: UnsafeBufferPointer<ImageAugmentation>, _ y: Tensor<Scalar>
) -> (Int, Int, Int) {
  precondition(
    x.shape.rank == 4 && x.count == y.count && augmentations.count == x.shape[0],
    "\(augmentations.count) augmentations of \(x.shape) into \(y.shape)")
  precondition(x.base != y.base, "images that are augmented in place")
  return (x.shape[1], x.shape[2], x.shape[3])
}
