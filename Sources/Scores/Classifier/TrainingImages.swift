internal import Datasets
internal import Kernels
internal import Tensors

/// The images of one step that a lane works on: each shifted a little.
///
/// What happens to the n-th image of a training is a function of seed and n.
final class TrainingImages {
  /// `[n, H, W, C]` in −1…1.
  let images: Tensor<Float>
  /// Their classes.
  let labels: Labels

  private let recipe: ClassifierRecipe
  private let selection: ImageSelection
  /// The places in a batch that are the lane's.
  private let samples: Range<Int>
  private let classes: UnsafeMutableBufferPointer<Int32>
  /// An image as it is, and as it is shown.
  private let pixels: UnsafeMutableBufferPointer<UInt8>
  private let workspace = Workspace()

  init(_ selection: ImageSelection, _ recipe: ClassifierRecipe, samples: Range<Int>) {
    self.recipe = recipe
    self.selection = selection
    self.samples = samples
    images = workspace.tensor(Shape(samples.count, recipe.resolution, recipe.resolution, recipe.channels))
    classes = workspace.buffer(samples.count, of: Int32.self)
    labels = Labels(classes)
    pixels = workspace.buffer(2 * selection.images.imageSize, of: UInt8.self)
  }

  /// Reads the images of a step.
  ///
  /// - Parameters:
  ///   - step: Its number, from 0.
  ///   - indices: Which of the data set's images these are.
  /// - Throws: `DatasetError` if they can no longer be read.
  func read(step: Int, _ indices: Slice<UnsafeMutableBufferPointer<Int>>) throws(DatasetError) {
    let first = step * recipe.batch + samples.lowerBound
    let (source, size) = (selection.images, selection.images.imageSize)
    let (stored, shown) = (
      UnsafeMutableBufferPointer(rebasing: pixels[..<size]), UnsafeMutableBufferPointer(rebasing: pixels[size...])
    )
    for (place, index) in indices.enumerated() {
      classes[place] = Int32(source.label(index))
      try source.copyPixels(index, into: stored)
      ImageShift(recipe, sample: first + place).apply(stored, into: shown, recipe)
      PixelScaling.convert(shown, into: images[rows: place..<place + 1])
    }
  }
}

/// How an image is shown: moved by whole pixels, the border going on outwards.
package struct ImageShift: Hashable {
  /// By how many pixels downwards.
  package let down: Int
  /// By how many pixels to the right.
  package let right: Int

  /// What happens to the n-th image of a training.
  package init(_ recipe: ClassifierRecipe, sample n: Int) {
    var stream = RandomStream(
      seed: recipe.seed, purpose: .classifierImages, update: UInt32(truncatingIfNeeded: n >> 32),
      sample: UInt32(truncatingIfNeeded: n))
    let choices = 2 * recipe.largestShift + 1
    down = stream.index(below: choices) - recipe.largestShift
    right = stream.index(below: choices) - recipe.largestShift
  }

  /// A shift.
  package init(down: Int, right: Int) { (self.down, self.right) = (down, right) }

  /// Writes what an image is shown as.
  package func apply(
    _ source: UnsafeMutableBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>,
    _ recipe: ClassifierRecipe
  ) {
    let (side, channels) = (recipe.resolution, recipe.channels)
    for row in 0..<side {
      let from = min(max(row - down, 0), side - 1) * side
      for column in 0..<side {
        let pixel = (from + min(max(column - right, 0), side - 1)) * channels
        let start = (row * side + column) * channels
        for channel in 0..<channels { target[start + channel] = source[pixel + channel] }
      }
    }
  }
}
