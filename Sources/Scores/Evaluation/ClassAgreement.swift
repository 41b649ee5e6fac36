internal import BLAS
public import Datasets
public import Tensors

/// How often generated images look like the class they were asked to be: a vote of their nearest real images.
///
/// Each image is compared with every image of the data set, by Euclidean distance of pixels in −1…1; the `neighbours`
/// nearest vote with their classes, and of equally frequent classes the one with the nearest image wins. Pixels are a
/// crude measure, fit for small pictures in fixed positions such as Fashion-MNIST's.
public struct ClassAgreement {
  /// Share of the images that get the class they were asked to be.
  public let share: Double
  /// The same share for each class.
  public let sharePerClass: [Double]

  /// Compares images with a data set.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]`, of the data set's size.
  ///   - labels: The N classes asked for.
  ///   - source: The real images.
  ///   - neighbours: How many of them vote.
  /// - Throws: `DatasetError` if they can no longer be read.
  public init(
    of images: Tensor<Float>, labels: [Int], in source: any ImageDataset, neighbours: Int = 5
  ) throws(DatasetError) {
    let (n, size, block) = (images.shape[0], source.imageSize, 1024)
    precondition(labels.count == n && images.count == n * size, "\(images.shape) beside images of \(size) numbers")
    var nearest = [NearestList](repeating: NearestList(capacity: neighbours), count: n)
    let workspace = Workspace()
    let reals: Tensor<Float> = workspace.tensor(Shape(block, size))
    let products: Tensor<Float> = workspace.tensor(Shape(n, block))
    let pixels = workspace.buffer(size, of: UInt8.self)
    for start in stride(from: 0, to: source.count, by: block) {
      let count = min(block, source.count - start)
      var norms = [Float](repeating: 0, count: count)
      for i in 0..<count {
        let row = reals[rows: i..<i + 1]
        try source.copyPixels(start + i, into: pixels)
        PixelScaling.convert(pixels, into: row)
        norms[i] = dot(row.base, row.base, count: size)
      }
      multiply(
        Matrix(images.base, rows: n, columns: size), Matrix(reals.base, rows: count, columns: size).transposed,
        into: Matrix(products.base, rows: n, columns: count, stride: block))
      for sample in 0..<n {
        for i in 0..<count {
          // |a − b|² without |a|², which is the same for every b.
          nearest[sample].offer(norms[i] - 2 * products.base[sample * block + i], label: source.label(start + i))
        }
      }
    }
    withExtendedLifetime(workspace) {}
    var right = [Int](repeating: 0, count: source.classNames.count)
    var asked = right
    for (list, label) in zip(nearest, labels) {
      asked[label] += 1
      if list.vote() == label { right[label] += 1 }
    }
    share = Double(right.reduce(0, +)) / Double(max(n, 1))
    sharePerClass = zip(right, asked).map { $1 == 0 ? 0 : Double($0) / Double($1) }
  }
}

/// The smallest distances seen so far, nearest first, with their classes.
struct NearestList {
  private let capacity: Int
  private var entries: [(distance: Float, label: Int)] = []

  init(capacity: Int) {
    self.capacity = capacity
    entries.reserveCapacity(capacity + 1)
  }

  /// Takes a distance in if it is among the smallest; of equal ones the first offered stays ahead.
  mutating func offer(_ distance: Float, label: Int) {
    if entries.count == capacity, let last = entries.last, distance >= last.distance { return }
    let place = entries.firstIndex { distance < $0.distance } ?? entries.count
    entries.insert((distance, label), at: place)
    if entries.count > capacity { entries.removeLast() }
  }

  /// The most frequent class; of several the one with the nearest entry.
  func vote() -> Int? {
    var best: (label: Int, votes: Int)?
    for entry in entries {
      let votes = entries.count { $0.label == entry.label }
      if votes > best?.votes ?? 0 { best = (entry.label, votes) }
    }
    return best?.label
  }
}
