internal import Tensors

/// One direction of a scheme: from transformed tiles of one side, by products with filters, to pixels of the other.
protocol TilePass: SendableMetatype {
  associatedtype Scheme: TransformScheme
  associatedtype Input: LinearMap
  associatedtype Output: LinearMap
  /// Whether the coarse side is read and the fine one written.
  static var readsCoarse: Bool { get }
  /// The window of a tile where it is read.
  static var inputWindow: TileWindow { get }
  /// The window of a tile where it is written.
  static var outputWindow: TileWindow { get }
  /// Which transformed input a product multiplies, in one direction.
  static func input(of product: Int) -> Int
  /// To which transformed output it adds, in one direction.
  static func output(of product: Int) -> Int
  /// Whether it is the first that adds to its output.
  static func isFirst(_ product: Int) -> Bool
}

/// From the coarse side to the fine one: convolution, upsampling and convolution, the gradient of pooling.
enum Expansion<Scheme: TransformScheme>: TilePass {
  typealias Input = Scheme.CoarseToPoints
  @inline(__always) static var readsCoarse: Bool { true }
  typealias Output = Scheme.ProductsToFine
  @inline(__always) static var inputWindow: TileWindow { Scheme.coarse }
  @inline(__always) static var outputWindow: TileWindow { Scheme.fine }
  @inline(__always) static func input(of product: Int) -> Int { Scheme.point(of: product) }
  @inline(__always) static func output(of product: Int) -> Int { product }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { true }
}

/// From the fine side to the coarse one, the adjoint: input gradients, convolution and pooling.
enum Contraction<Scheme: TransformScheme>: TilePass {
  typealias Input = Scheme.FineToProducts
  @inline(__always) static var readsCoarse: Bool { false }
  typealias Output = Scheme.PointsToCoarse
  @inline(__always) static var inputWindow: TileWindow { Scheme.fine }
  @inline(__always) static var outputWindow: TileWindow { Scheme.coarse }
  @inline(__always) static func input(of product: Int) -> Int { product }
  @inline(__always) static func output(of product: Int) -> Int { Scheme.point(of: product) }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { Scheme.isFirst(product) }
}

extension TilePass {
  /// Products of the plane: pairs of products of the two directions.
  @inline(__always) static var products: Int { Scheme.products &* Scheme.products }

  /// What a product of the plane reads and writes, and whether it is the first to write there.
  @inline(__always)
  static func operands(of product: Int) -> (input: Int, output: Int, isFirst: Bool) {
    let (y, x) = (product / Scheme.products, product % Scheme.products)
    return (
      input(of: y) &* Input.outputs &+ input(of: x), output(of: y) &* Output.inputs &+ output(of: x),
      isFirst(y) && isFirst(x)
    )
  }
}

/// A map as one side of a pass.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct PassMap: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let images: Int
  let height: Int
  let width: Int
  let channels: Int

  init(_ tensor: Tensor<Float>) {
    self.init(
      base: tensor.base, images: tensor.shape[0], height: tensor.shape[1], width: tensor.shape[2],
      channels: tensor.shape[3])
  }

  init(base: UnsafeMutablePointer<Float>, images: Int, height: Int, width: Int, channels: Int) {
    self.base = base
    (self.images, self.height, self.width, self.channels) = (images, height, width, channels)
  }

  @inline(__always)
  func tiled(_ tiles: TileGrid, _ window: TileWindow) -> TiledMap {
    TiledMap(base: base, images: images, height: height, width: width, channels: channels, tiles: tiles, window: window)
  }
}

extension TransformScheme {
  /// The tiles that cover a fine map, but for the rim.
  static func grid(fineHeight: Int, fineWidth: Int) -> TileGrid {
    TileGrid(
      rows: (fineHeight - rim - fine.origin + fine.step - 1) / fine.step,
      columns: (fineWidth - rim - fine.origin + fine.step - 1) / fine.step)
  }
}
