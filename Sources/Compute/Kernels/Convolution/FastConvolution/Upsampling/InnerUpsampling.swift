/// `SharedUpsampling` with its tiles moved inwards, for maps whose extents are 1 more than a multiple of 3.
///
/// Such maps are covered by whole tiles but for a rim of one fine pixel: a map of 16 by 5 × 5 of them, where tiles that begin
/// at −1 take 6 × 6 and waste a quarter of the products. Beyond the map lie zeros, so a pixel of the rim sees one coarse
/// pixel across it, by a filter that is one of the seven: w1 + w2 before the first, w0 + w1 behind the last. `RimStrip` has
/// the rest.
enum InnerUpsampling: TransformScheme {
  @inline(__always) static var coarse: TileWindow { TileWindow(size: 4, step: 3, origin: 0) }
  @inline(__always) static var fine: TileWindow { TileWindow(size: 6, step: 6, origin: 1) }
  @inline(__always) static var points: Int { SharedUpsampling.points }
  @inline(__always) static var products: Int { SharedUpsampling.products }
  @inline(__always) static var rim: Int { 1 }
  @inline(__always) static func point(of product: Int) -> Int { SharedUpsampling.point(of: product) }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { SharedUpsampling.isFirst(product) }

  /// The products whose filters are those of the first fine pixel and of the last.
  @inline(__always) static var rimProducts: (first: Int, last: Int) { (3, 4) }

  /// Whether whole tiles cover `extent` coarse pixels but for the rim.
  static func covers(_ extent: Int) -> Bool { extent > 4 && extent % coarse.step == 1 }

  typealias CoarseToPoints = SharedUpsampling.CoarseToPoints
  typealias PointsToCoarse = SharedUpsampling.PointsToCoarse
  typealias ProductsToFine = SharedUpsampling.ProductsToFine
  typealias FineToProducts = SharedUpsampling.FineToProducts
  typealias TapsToProducts = SharedUpsampling.TapsToProducts
  typealias ProductsToTaps = SharedUpsampling.ProductsToTaps
}
