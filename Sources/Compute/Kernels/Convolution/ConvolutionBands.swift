internal import Tensors

/// How one shard's direct convolution is cut: bands of rows of one image, or groups of whole images where images are small.
///
/// A pure function of one shard's shapes, so that neither ranks nor threads change a bit. Rows, pixels and products are
/// counted at the resolution of the convolution itself: after upsampling, before pooling.
struct ConvolutionBands {
  /// Pixels per product that a band aims at: enough rows for the product to run near its peak, few enough for its
  /// columns to stay in the outer caches.
  static let target = 512

  let images: Int
  let height: Int
  let width: Int
  let imagesPerBand: Int
  let rowsPerBand: Int

  /// The cut of a shard of `images` images of `height` × `width` (at the convolution's resolution).
  init(images: Int, height: Int, width: Int, pooled: Bool) {
    self.images = images
    self.height = height
    self.width = width
    if height * width <= Self.target {
      imagesPerBand = max(1, min(images, Self.target / (height * width)))
      rowsPerBand = height
    } else {
      imagesPerBand = 1
      let rows = max(1, Self.target / width)
      rowsPerBand = min(height, pooled ? max(2, rows / 2 * 2) : rows)
    }
  }

  /// Groups of images; each owns its images' input gradients, so groups can run side by side.
  var groups: Int { (images + imagesPerBand - 1) / imagesPerBand }
  /// Bands of one group.
  var bandsPerGroup: Int { (height + rowsPerBand - 1) / rowsPerBand }
  /// All bands of the shard.
  var count: Int { groups * bandsPerGroup }
  /// Pixels of the largest band.
  var pixels: Int { imagesPerBand * rowsPerBand * width }

  /// The images and rows of one band.
  subscript(index: Int) -> (images: Range<Int>, rows: Range<Int>) {
    let group = index / bandsPerGroup
    let row = index % bandsPerGroup * rowsPerBand
    let image = group * imagesPerBand
    return (image..<min(image + imagesPerBand, images), row..<min(row + rowsPerBand, height))
  }
}

extension Convolution {
  /// The cut of one shard with inputs of `shape`.
  func bands(_ shape: Shape) -> ConvolutionBands {
    let up = resampling == .upsample ? 2 : 1
    return ConvolutionBands(
      images: shape[0], height: up * shape[1], width: up * shape[2], pooled: resampling == .averagePool)
  }
}
