import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Pooling and upsampling outside of convolutions.
@Suite struct ResamplingTests {
  private let pool = WorkerPool(threads: 1)
  static let shapes = [Shape(1, 2, 2, 1), Shape(3, 4, 6, 2), Shape(2, 8, 2, 5), Shape(2, 6, 10, 16)]

  @Test("averagePool is the mean of windows, addAveragePoolGradient its adjoint", arguments: shapes)
  func averagePooling(shape: Shape) {
    withTensors { source in
      let half = Shape(shape[0], shape[1] / 2, shape[2] / 2, shape[3])
      let x: Tensor<Double> = source.normal(shape)
      let y: Tensor<Double> = source.poisoned(half)
      averagePool(x, into: y, pool: pool)
      #expect(relativeError(y.numbers, Images(x).averagePooled.numbers) < 1e-14)
      let dy: Tensor<Double> = source.normal(half)
      let dx: Tensor<Double> = source.zeros(shape)
      addAveragePoolGradient(dy, to: dx, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12)
      let before: Tensor<Double> = source.normal(shape)
      let sum = source.copy(before)
      addAveragePoolGradient(dy, to: sum, pool: pool)
      #expect(relativeError(sum.numbers, zip(before.numbers, dx.numbers).map { $0 + $1 }) < 1e-14, "added, not written")
    }
  }

  @Test("upsampleGradient is the adjoint of nearest-neighbour upsampling", arguments: shapes)
  func upsampling(shape: Shape) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(shape)
      let fine = Shape(shape[0], 2 * shape[1], 2 * shape[2], shape[3])
      let y: Tensor<Double> = source.tensor(fine, Images(x).upsampled.numbers)
      let dy: Tensor<Double> = source.normal(fine)
      let dx: Tensor<Double> = source.poisoned(shape)
      upsampleGradient(dy, into: dx, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12)
    }
  }

  @Test("upsampleBilinear is what it says, and its gradient the adjoint", arguments: shapes)
  func bilinearUpsampling(shape: Shape) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(shape)
      let fine = Shape(shape[0], 2 * shape[1], 2 * shape[2], shape[3])
      let y: Tensor<Double> = source.poisoned(fine)
      upsampleBilinear(x, into: y, pool: pool)
      let images = Images(x)
      // The centre of a fine pixel lies a quarter of a coarse one beside a coarse centre; edges are repeated.
      func weights(_ place: Int, _ extent: Int) -> [(Int, Double)] {
        let centre = (Double(place) + 0.5) / 2 - 0.5
        let low = Int(centre.rounded(.down))
        return [(low, 1 - (centre - Double(low))), (low + 1, centre - Double(low))]
          .map { (min(max($0.0, 0), extent - 1), $0.1) }
      }
      let expected = Images(fine[0], fine[1], fine[2], fine[3]).map { n, row, column, c in
        weights(row, shape[1]).reduce(0) { sum, r in
          sum + weights(column, shape[2]).reduce(0) { $0 + r.1 * $1.1 * images[n, r.0, $1.0, c] }
        }
      }
      #expect(relativeError(y.numbers, expected.numbers) < 1e-14)
      let dy: Tensor<Double> = source.normal(fine)
      let dx: Tensor<Double> = source.poisoned(shape)
      upsampleBilinearGradient(dy, into: dx, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12)
    }
  }

  @Test("maxPool finds the largest of each window and where it is", arguments: shapes)
  func maxPooling(shape: Shape) {
    withTensors { source in
      let half = Shape(shape[0], shape[1] / 2, shape[2] / 2, shape[3])
      let x: Tensor<Double> = source.normal(shape, mean: -3)
      let y: Tensor<Double> = source.poisoned(half)
      let winners = source.buffer(half.count, of: UInt8.self)
      maxPool(x, into: y, winners: winners, pool: pool)
      let images = Images(x)
      var (expected, places) = (Images(half[0], half[1], half[2], half[3]), [UInt8]())
      expected = expected.map { n, row, column, c in
        let window = (0..<4).map { images[n, 2 * row + $0 / 2, 2 * column + $0 % 2, c] }
        let largest = window.reduce(-.infinity, max)
        places.append(UInt8(window.firstIndex(of: largest) ?? 9))
        return largest
      }
      #expect(y.numbers == expected.numbers)
      #expect(Array(UnsafeBufferPointer(start: winners, count: half.count)) == places)
      // With the winners held, pooling is linear: one number of each window.
      let dy: Tensor<Double> = source.normal(half)
      let dx: Tensor<Double> = source.poisoned(shape)
      maxPoolGradient(dy, winners: winners, into: dx, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12, "maxPoolGradient")
      #expect(dx.numbers.filter { $0 != 0 }.count == dy.count, "maxPoolGradient: one pixel of a window gets a gradient")
    }
  }

  @Test(
    "of equal numbers the first of a window wins the max pooling, and not-a-number over all", arguments: [1, 20, 32])
  func ties(channels: Int) {
    // The four pixels of a window, and the place of the first largest one.
    let windows: [([Double], UInt8)] = [
      ([1, 1, 1, 1], 0), ([0, 1, 1, 1], 1), ([0, 0, 1, 1], 2), ([0, 0, 0, 1], 3), ([1, 0, 1, 0], 0), ([0, 1, 0, 1], 1),
      ([-2, -1, -1, -3], 1), ([-.infinity, -1, .infinity, -3], 2), ([0, -0.0, 0, 0], 0),
    ]
    let unknown: [([Double], UInt8)] = [
      ([.nan, 9, 1, 2], 0), ([9, .nan, 1, 10], 1), ([1, 2, .nan, 3], 2), ([1, 2, .infinity, .nan], 3),
    ]
    withTensors { source in
      for (window, place) in windows + unknown {
        // Every channel has this window: all of those that vectors hold, and the few behind them.
        let pixels = window.flatMap { Array(repeating: $0, count: channels) }
        check(source.tensor(Shape(1, 2, 2, channels), pixels, of: Float.self), window, place, source)
        check(source.tensor(Shape(1, 2, 2, channels), pixels, of: Double.self), window, place, source)
      }
    }
  }

  private func check<Scalar: KernelScalar>(
    _ x: Tensor<Scalar>, _ window: [Double], _ place: UInt8, _ source: TensorSource
  ) {
    let channels = x.shape[3]
    let y: Tensor<Scalar> = source.poisoned(Shape(1, 1, 1, channels))
    let winners = source.buffer(channels, of: UInt8.self)
    maxPool(x, into: y, winners: winners, pool: pool)
    let (dy, dx): (Tensor<Scalar>, Tensor<Scalar>) = (source.normal(y.shape), source.poisoned(x.shape))
    maxPoolGradient(dy, winners: winners, into: dx, pool: pool)
    for c in 0..<channels {
      let (found, expected) = (Double(y.numbers[c]), window[Int(place)])
      #expect(winners[c] == place && (found == expected || found.isNaN && expected.isNaN), "\(window), channel \(c)")
      for pixel in 0..<4 {
        #expect(
          dx.numbers[pixel * channels + c] == (pixel == Int(place) ? dy.numbers[c] : 0), "\(window), channel \(c)")
      }
    }
  }
}
