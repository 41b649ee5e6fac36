internal import Datasets
internal import Kernels
internal import Tensors
internal import Threads

/// The images of one step that this rank works on: each shifted a little, and half of them flipped where that is wanted.
///
/// What happens to the n-th image of a training is a function of seed and n.
final class TrainingImages {
  /// `[n, H, W, C]` in −1…1.
  let images: Tensor<Float>
  /// Their classes.
  let labels: Labels

  private let recipe: ClassifierRecipe
  private let selection: ImageSelection
  /// The places in a batch that are this rank's.
  private let samples: Range<Int>
  private let pool: WorkerPool
  private var order: SampleOrder
  private var indices: [Int]
  private let classes: UnsafeMutableBufferPointer<Int32>
  /// An image as it is, and as it is shown, for each thread.
  private let pixels: UnsafeMutableBufferPointer<UInt8>
  private let workspace = Workspace()

  init(_ selection: ImageSelection, _ recipe: ClassifierRecipe, samples: Range<Int>, pool: WorkerPool) {
    self.recipe = recipe
    self.selection = selection
    self.samples = samples
    self.pool = pool
    order = SampleOrder(seed: recipe.seed, count: selection.count)
    indices = [Int](repeating: 0, count: samples.count)
    images = workspace.tensor(Shape(samples.count, recipe.resolution, recipe.resolution, recipe.channels))
    classes = workspace.buffer(samples.count, of: Int32.self)
    labels = Labels(classes)
    pixels = workspace.buffer(2 * pool.threads * selection.images.imageSize, of: UInt8.self)
  }

  /// Reads the images of a step.
  ///
  /// - Throws: `DatasetError` if they can no longer be read.
  func read(step: Int) throws(DatasetError) {
    let first = step * recipe.batch + samples.lowerBound
    for position in samples.indices {
      let place = position - samples.lowerBound
      indices[place] = selection.index(order.index(ofSample: first + place))
      classes[place] = Int32(selection.images.label(indices[place]))
    }
    let failure = Monitor<DatasetError?>(nil)
    let shared = Shared((images: images, pixels: pixels))
    let (recipe, source, indices) = (recipe, selection.images, indices)
    pool.run(samples.count) { place, worker in
      let (images, pixels) = shared.pointer
      let size = source.imageSize
      func buffer(_ number: Int) -> UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(rebasing: pixels[(2 * worker + number) * size..<(2 * worker + number + 1) * size])
      }
      do throws(DatasetError) {
        try source.copyPixels(indices[place], into: buffer(0))
      } catch {
        return failure.update { $0 = error }
      }
      ImageChange(recipe, sample: first + place).apply(buffer(0), into: buffer(1), recipe)
      PixelScaling.convert(buffer(1), into: images[rows: place..<place + 1])
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}

/// How an image is shown: moved by whole pixels, the border going on outwards, and perhaps flipped.
package struct ImageChange: Hashable {
  /// By how many pixels downwards.
  package let down: Int
  /// By how many pixels to the right.
  package let right: Int
  /// Whether left and right are exchanged before.
  package let isFlipped: Bool

  /// What happens to the n-th image of a training.
  package init(_ recipe: ClassifierRecipe, sample n: Int) {
    var stream = RandomStream(
      seed: recipe.seed, purpose: .classifierImages, update: UInt32(truncatingIfNeeded: n >> 32),
      sample: UInt32(truncatingIfNeeded: n))
    let choices = 2 * recipe.largestShift + 1
    down = stream.index(below: choices) - recipe.largestShift
    right = stream.index(below: choices) - recipe.largestShift
    isFlipped = recipe.isMirroring && stream.next() >> 31 == 1
  }

  /// A change.
  package init(down: Int, right: Int, isFlipped: Bool) {
    (self.down, self.right, self.isFlipped) = (down, right, isFlipped)
  }

  /// Writes what an image is shown as.
  package func apply(
    _ source: UnsafeMutableBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>,
    _ recipe: ClassifierRecipe
  ) {
    let (side, channels) = (recipe.resolution, recipe.channels)
    for row in 0..<side {
      let from = min(max(row - down, 0), side - 1) * side
      for column in 0..<side {
        let place = min(max(column - right, 0), side - 1)
        let pixel = (from + (isFlipped ? side - 1 - place : place)) * channels
        let start = (row * side + column) * channels
        for channel in 0..<channels { target[start + channel] = source[pixel + channel] }
      }
    }
  }
}
