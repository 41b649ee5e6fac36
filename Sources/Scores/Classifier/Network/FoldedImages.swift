package import Tensors

/// Writes images with squares of f × f pixels side by side: `[N, H, W, C]` as `[N, H / f, W / f, f² C]`.
///
/// A 3 × 3 convolution of these is one of 3f × 3f with stride f of the images; with f = 2 all that follows costs a quarter.
///
/// - Parameters:
///   - images: `[N, H, W, C]`.
///   - side: f, which divides H and W.
///   - folded: As many elements.
package func fold<Scalar: TensorScalar>(_ images: Tensor<Scalar>, _ side: Int, into folded: Tensor<Scalar>) {
  let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
  precondition(
    images.count == folded.count && height.isMultiple(of: side) && width.isMultiple(of: side),
    "\(images.shape) folded by \(side) into \(folded.shape)")
  let run = side * channels
  for row in 0..<images.shape[0] * height {
    // Images lie one below the other, and f divides their heights.
    let (pair, below) = row.quotientAndRemainder(dividingBy: side)
    for column in 0..<width / side {
      let target = folded.base + ((pair * (width / side) + column) * side + below) * run
      target.update(from: images.base + (row * width + column * side) * channels, count: run)
    }
  }
}
