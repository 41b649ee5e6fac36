package import Tensors

/// Writes images with squares of 2 × 2 pixels side by side: `[N, H, W, C]` as `[N, H / 2, W / 2, 4 C]`.
///
/// A 3 × 3 convolution of these is one of 6 × 6 with stride 2 of the images, and costs a quarter of the 3 × 3 ones behind it
/// on the whole map.
///
/// - Parameters:
///   - images: `[N, H, W, C]`.
///   - folded: As many elements.
package func fold<Scalar: TensorScalar>(_ images: Tensor<Scalar>, into folded: Tensor<Scalar>) {
  let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
  let side = ClassifierRecipe.fold
  precondition(
    images.count == folded.count && height.isMultiple(of: side) && width.isMultiple(of: side),
    "\(images.shape) folded into \(folded.shape)")
  let run = side * channels
  for row in 0..<images.shape[0] * height {
    // Images lie one below the other, and their heights are even.
    let (pair, below) = row.quotientAndRemainder(dividingBy: side)
    for column in 0..<width / side {
      let target = folded.base + ((pair * (width / side) + column) * side + below) * run
      target.update(from: images.base + (row * width + column * side) * channels, count: run)
    }
  }
}
