import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// DiffAugment's operations against a reference that makes them one after the other, and their adjoints.
@Suite struct AugmentationTests {
  /// One augmentation an image: every operation alone, all together, and squares at and beyond the edges.
  private static func augmentations(side: Int) -> [ImageAugmentation] {
    let (shift, hole) = (ImageAugmentation.largestShift(side: side), ImageAugmentation.holeSide(side: side))
    let last = side - hole % 2
    return [
      .init(), .init(brightness: -0.31), .init(saturation: 1.7), .init(saturation: 0), .init(contrast: 0.6),
      .init(rowShift: shift), .init(columnShift: -shift), .init(rowShift: -shift, columnShift: shift),
      .init(holeRow: side / 2, holeColumn: side / 3, holeSide: hole), .init(holeSide: hole),
      .init(holeRow: last, holeColumn: last, holeSide: hole), .init(holeRow: 0, holeColumn: last, holeSide: hole),
      .init(brightness: 0.4, saturation: 0.3, contrast: 1.4),
      .init(
        brightness: 0.2, saturation: 1.9, contrast: 0.7, rowShift: shift, columnShift: -shift, holeRow: side / 4,
        holeColumn: last, holeSide: hole),
      .init(
        brightness: -0.5, saturation: 0.1, contrast: 1.3, rowShift: -shift, columnShift: shift, holeRow: last,
        holeColumn: side / 2, holeSide: hole),
    ]
  }

  /// Odd and even sides and squares; with 5 the square reaches beyond two edges at once.
  static let sides = [5, 12, 16, 32]

  @Test("augment makes the operations of the paper in its order", arguments: sides, [1, 3])
  func forward(side: Int, channels: Int) {
    check(side, channels, Double.self, tolerance: 1e-14)
    // A few roundings of numbers up to 10.
    check(side, channels, Float.self, tolerance: 2e-6)
  }

  private func check<Scalar: KernelScalar>(_ side: Int, _ channels: Int, _ type: Scalar.Type, tolerance: Double) {
    withTensors { source in
      let list = Self.augmentations(side: side)
      let shape = Shape(list.count, side, side, channels)
      let x: Tensor<Scalar> = source.normal(shape, mean: 0.3)
      let y: Tensor<Scalar> = source.poisoned(shape)
      list.withUnsafeBufferPointer { augment(x, $0, into: y, pool: WorkerPool(threads: 1)) }
      let expected = Images(x).augmented(list)
      for n in list.indices {
        let rows = n * expected.imageSize..<(n + 1) * expected.imageSize
        let error = relativeError(Array(y.numbers[rows]), Array(expected.numbers[rows]))
        #expect(error < tolerance, "\(list[n]) of \(shape)")
      }
      let shared: Tensor<Scalar> = source.poisoned(shape)
      list.withUnsafeBufferPointer { augment(x, $0, into: shared, pool: WorkerPool(threads: 2)) }
      #expect(shared.numbers == y.numbers, "on two threads")
    }
  }

  /// The linear part is what is left when the image of zeros is taken away.
  @Test("augmentGradient is the adjoint of the linear part, operation by operation", arguments: sides, [1, 3])
  func adjoint(side: Int, channels: Int) {
    withTensors { source in
      let pool = WorkerPool(threads: 2)
      for augmentation in Self.augmentations(side: side) {
        // Each image has the same one, so that a product of small ones is not lost beside that of others.
        let list = [ImageAugmentation](repeating: augmentation, count: 2)
        let shape = Shape(list.count, side, side, channels)
        let (x, dy): (Tensor<Double>, Tensor<Double>) = (source.normal(shape), source.normal(shape))
        let (y, constant): (Tensor<Double>, Tensor<Double>) = (source.poisoned(shape), source.poisoned(shape))
        let dx: Tensor<Double> = source.poisoned(shape)
        list.withUnsafeBufferPointer {
          augment(x, $0, into: y, pool: pool)
          augment(source.zeros(shape), $0, into: constant, pool: pool)
          augmentGradient(dy, $0, into: dx, pool: pool)
        }
        for i in 0..<y.count { y.base[i] -= constant.base[i] }
        #expect(adjointError(dy, y, dx, x) < 1e-12, "\(augmentation) of \(shape)")
      }
    }
  }

  @Test("the sizes are those of the published code", arguments: [5: (1, 3), 16: (2, 8), 31: (4, 16), 33: (4, 17)])
  func sizes(side: Int, expected: (shift: Int, hole: Int)) {
    #expect(ImageAugmentation.largestShift(side: side) == expected.shift)
    #expect(ImageAugmentation.holeSide(side: side) == expected.hole)
    for side in 1...256 {
      #expect(ImageAugmentation.largestShift(side: side) == Int(Double(side) * 0.125 + 0.5))
      #expect(ImageAugmentation.holeSide(side: side) == Int(Double(side) * 0.5 + 0.5))
    }
  }
}

extension Images {
  /// Numbers of one image.
  fileprivate var imageSize: Int { height * width * channels }

  /// One operation after the other, as the paper describes them.
  fileprivate func augmented(_ list: [ImageAugmentation]) -> Images {
    let brighter = map { n, y, x, c in self[n, y, x, c] + list[n].brightness }
    let saturated = brighter.map { n, y, x, c in
      let mean = (0..<channels).reduce(0) { $0 + brighter[n, y, x, $1] } / Double(channels)
      return mean + list[n].saturation * (brighter[n, y, x, c] - mean)
    }
    let means = (0..<count).map { n in
      saturated.numbers[n * imageSize..<(n + 1) * imageSize].reduce(0, +) / Double(imageSize)
    }
    let contrasted = saturated.map { n, y, x, c in means[n] + list[n].contrast * (saturated[n, y, x, c] - means[n]) }
    let moved = contrasted.map { n, y, x, c in contrasted[n, y + list[n].rowShift, x + list[n].columnShift, c] }
    return moved.map { n, y, x, c in
      let (own, half) = (list[n], list[n].holeSide / 2)
      let isCut =
        (0..<own.holeSide).contains(y - own.holeRow + half) && (0..<own.holeSide).contains(x - own.holeColumn + half)
      return isCut ? 0 : moved[n, y, x, c]
    }
  }
}
