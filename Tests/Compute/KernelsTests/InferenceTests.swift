import Kernels
import Tensors
import TestSupport
import Testing

/// A map in double precision, `[H, W, C]`, that has zeros beyond its edges.
private struct PlainMap {
  let height, width, channels: Int
  let numbers: [Double]

  subscript(y: Int, x: Int, c: Int) -> Double {
    y < 0 || x < 0 || y >= height || x >= width ? 0 : numbers[(y * width + x) * channels + c]
  }

  func isInside(_ y: Int, _ x: Int) -> Bool { y >= 0 && x >= 0 && y < height && x < width }
}

/// A window, the map it slides over, and channels before and behind.
private struct WindowCase: CustomTestStringConvertible, Sendable {
  let window: Window
  let height, width, inputs, outputs: Int

  init(
    _ kernel: (Int, Int), stride: Int = 1, _ padding: Window.Padding = Window.Padding(), on map: (Int, Int),
    _ inputs: Int, _ outputs: Int
  ) {
    window = Window(height: kernel.0, width: kernel.1, stride: stride, padding: padding)
    (height, width, self.inputs, self.outputs) = (map.0, map.1, inputs, outputs)
  }

  var testDescription: String {
    "\(window.height)×\(window.width)/\(window.stride) on \(height)×\(width), \(inputs) → \(outputs)"
  }

  /// All windows, strides, paddings and remainders that the networks have, and odd ones.
  static let all = [
    WindowCase((1, 1), on: (7, 9), 5, 3),
    WindowCase((1, 1), on: (8, 8), 448, 48),
    WindowCase((1, 1), on: (1, 1), 300, 126),
    WindowCase((3, 3), stride: 2, on: (23, 21), 3, 32),
    WindowCase((3, 3), stride: 2, Window.Padding(top: 0, left: 0, bottom: 1, right: 1), on: (16, 16), 3, 16),
    WindowCase((3, 3), on: (11, 10), 32, 80),
    WindowCase((3, 3), Window.Padding(vertical: 1, horizontal: 1), on: (9, 9), 64, 96),
    WindowCase((3, 3), Window.Padding(vertical: 1, horizontal: 1), on: (8, 8), 144, 33),
    WindowCase((5, 5), Window.Padding(vertical: 2, horizontal: 2), on: (7, 8), 48, 64),
    WindowCase((1, 7), Window.Padding(vertical: 0, horizontal: 3), on: (17, 17), 160, 32),
    WindowCase((7, 1), Window.Padding(vertical: 3, horizontal: 0), on: (17, 17), 128, 17),
    WindowCase((1, 3), Window.Padding(vertical: 0, horizontal: 1), on: (2, 2), 12, 10),
    WindowCase((3, 1), Window.Padding(vertical: 1, horizontal: 0), on: (1, 5), 7, 16),
    WindowCase((4, 2), stride: 3, Window.Padding(top: 3, left: 1, bottom: 2, right: 0), on: (10, 13), 6, 40),
  ]
}

/// A window of 3 × 3.
private func square(_ padding: Int) -> Window {
  Window(height: 3, width: 3, padding: Window.Padding(vertical: padding, horizontal: padding))
}

/// A window of 1 × 7.
private func row(_ padding: Int) -> Window {
  Window(height: 1, width: 7, padding: Window.Padding(horizontal: padding))
}

/// A window of 7 × 1.
private func column(_ padding: Int) -> Window {
  Window(height: 7, width: 1, padding: Window.Padding(vertical: padding))
}

@Suite("Inference kernels") struct InferenceTests {
  /// A map of normal numbers, twice.
  private func map(_ source: TensorSource, _ height: Int, _ width: Int, _ channels: Int) -> (PixelMap, PlainMap) {
    let tensor: Tensor<Float> = source.normal(Shape(height, width, channels))
    return (
      PixelMap(tensor.base, height: height, width: width, channels: channels),
      PlainMap(height: height, width: width, channels: channels, numbers: tensor.numbers)
    )
  }

  /// The results at all places of a window: `element(y, x, channel)` with the window's first pixel at (y, x).
  private func expected(
    _ test: WindowCase, channels: Int, _ element: (_ y: Int, _ x: Int, _ channel: Int) -> Double
  ) -> [Double] {
    let (window, places) = (test.window, test.window.places(height: test.height, width: test.width))
    return (0..<places.height * places.width * channels).map { index in
      let (place, channel) = (index / channels, index % channels)
      return element(
        place / places.width * window.stride - window.padding.top,
        place % places.width * window.stride - window.padding.left, channel)
    }
  }

  @Test("a convolution with any window is the sum of its definition", arguments: WindowCase.all)
  private func convolves(_ test: WindowCase) {
    withTensors { source in
      let (x, plain) = map(source, test.height, test.width, test.inputs)
      let window = test.window
      let deviation = 1 / Double(test.inputs * window.taps).squareRoot()
      let weights: Tensor<Float> = source.normal(
        Shape(test.outputs, test.inputs, window.height, window.width), deviation: deviation)
      let bias: Tensor<Float> = source.normal(Shape(test.outputs))
      let filters = PackedFilters(
        Array(weights.elements), bias: Array(bias.elements), window: window, inputs: test.inputs,
        outputs: test.outputs, in: source.workspace)
      let scratch = InferenceScratch(for: [filters], in: source.workspace)
      let places = window.places(height: test.height, width: test.width)
      // The output is a part of a wider map, whose other channels must stay.
      let wide = test.outputs + 5
      let target: Tensor<Float> = source.poisoned(Shape(places.height, places.width, wide))
      let residual: Tensor<Float> = source.normal(Shape(places.height, places.width, test.outputs))
      let y = PixelMap(
        target.base + 2, height: places.height, width: places.width, channels: test.outputs, stride: wide)
      for (activation, isAdding) in [(OutputActivation.none, true), (.relu, false), (.relu6, false), (.relu, true)] {
        filters.convolve(
          x, into: y,
          adding: isAdding
            ? PixelMap(residual.base, height: places.height, width: places.width, channels: test.outputs) : nil,
          activation, scratch: scratch)
        let numbers = weights.numbers
        var at = 0
        let wanted = expected(test, channels: test.outputs) { row, column, output in
          var sum = Double(bias.base[output])
          for i in 0..<window.height {
            for j in 0..<window.width {
              for c in 0..<test.inputs {
                sum +=
                  plain[row + i, column + j, c]
                  * numbers[((output * test.inputs + c) * window.height + i) * window.width + j]
              }
            }
          }
          if activation != .none { sum = max(0, sum) }
          if activation == .relu6 { sum = min(6, sum) }
          if isAdding { sum += Double(residual.base[at]) }
          at += 1
          return sum
        }
        let found = (0..<y.pixels * test.outputs).map {
          Double(y.base[$0 / test.outputs * wide + $0 % test.outputs])
        }
        // Sums of up to some thousand products of about unit length, in single precision.
        #expect(relativeError(found, wanted) < 2e-6)
        let untouched = (0..<y.pixels).allSatisfy { pixel in
          [0, 1, wide - 3, wide - 2, wide - 1].allSatisfy { target.base[pixel * wide + $0].isNaN }
        }
        #expect(untouched)
      }
    }
  }

  @Test(
    "a transformed convolution is the sum of its definition",
    arguments: [
      (31, 27, 16, 32, square(0)), (24, 33, 80, 96, square(1)), (29, 40, 144, 32, square(1)),
      (35, 35, 64, 96, square(1)), (17, 17, 128, 192, row(3)), (17, 17, 160, 160, column(3)), (13, 31, 16, 32, row(0)),
      (31, 13, 48, 64, column(2)), (9, 21, 192, 32, row(6)), (22, 10, 16, 96, column(3)),
    ])
  func convolvesTransformed(_ test: (height: Int, width: Int, inputs: Int, outputs: Int, window: Window)) {
    withTensors { source in
      let (x, _) = map(source, test.height, test.width, test.inputs)
      let window = test.window
      let weights: Tensor<Float> = source.normal(
        Shape(test.outputs, test.inputs, window.height, window.width),
        deviation: 1 / Double(window.taps * test.inputs).squareRoot())
      let bias: Tensor<Float> = source.normal(Shape(test.outputs))
      let places = window.places(height: test.height, width: test.width)
      #expect(WinogradFilters.cover(window, inputs: test.inputs, outputs: test.outputs, places: places))
      let direct = PackedFilters(
        Array(weights.elements), bias: Array(bias.elements), window: window, inputs: test.inputs,
        outputs: test.outputs, in: source.workspace)
      let transformed = WinogradFilters(
        Array(weights.elements), bias: Array(bias.elements), window: window, inputs: test.inputs,
        outputs: test.outputs, in: source.workspace)
      let scratch = InferenceScratch(for: [direct], [transformed], in: source.workspace)
      let wide = test.outputs + 3
      let targets: [Tensor<Float>] = (0..<2).map { _ in source.zeros(Shape(places.height, places.width, wide)) }
      let maps = targets.map {
        PixelMap($0.base + 2, height: places.height, width: places.width, channels: test.outputs, stride: wide)
      }
      for activation in [OutputActivation.none, .relu, .relu6] {
        direct.convolve(x, into: maps[0], activation, scratch: scratch)
        transformed.convolve(x, into: maps[1], activation, scratch: scratch)
        // The direct form is proved above; transforms cost a digit at most.
        #expect(relativeError(targets[1].numbers, targets[0].numbers) < 5e-6)
      }
      #expect(transformed.multiplyAdds(height: 35, width: 35) == direct.multiplyAdds(height: 35, width: 35))
    }
  }

  @Test("windows, channels and maps that no scheme covers are left to the direct form")
  func coversNoOther() {
    func covers(_ window: Window, _ inputs: Int = 64, _ outputs: Int = 96, places: (Int, Int) = (17, 17)) -> Bool {
      WinogradFilters.cover(window, inputs: inputs, outputs: outputs, places: places)
    }
    #expect(covers(row(3)) && covers(column(3)) && covers(square(1), places: (28, 28)))
    #expect(!covers(row(3), 72) && !covers(row(3), 64, 80))
    #expect(
      !covers(row(3), places: (17, 8)) && !covers(column(3), places: (8, 17)) && !covers(square(1), places: (24, 24)))
    for window in [
      Window(height: 1, width: 7, stride: 2, padding: Window.Padding(horizontal: 3)),
      Window(height: 1, width: 7, padding: Window.Padding(top: 0, left: 3, bottom: 0, right: 2)),
      Window(height: 1, width: 5, padding: Window.Padding(horizontal: 2)), square(2),
      Window(height: 3, width: 3, padding: Window.Padding(vertical: 1)),
      Window(height: 7, width: 7, padding: Window.Padding(vertical: 3, horizontal: 3)),
    ] {
      #expect(!covers(window, places: (35, 35)), "\(window)")
    }
  }

  @Test("a depthwise convolution filters each channel by itself", arguments: WindowCase.all)
  private func convolvesDepthwise(_ test: WindowCase) {
    withTensors { source in
      let (x, plain) = map(source, test.height, test.width, test.outputs)
      let window = test.window
      let weights: Tensor<Float> = source.normal(Shape(test.outputs, 1, window.height, window.width))
      let bias: Tensor<Float> = source.normal(Shape(test.outputs))
      let filters = DepthwiseFilters(
        Array(weights.elements), bias: Array(bias.elements), window: window, in: source.workspace)
      let places = window.places(height: test.height, width: test.width)
      let target: Tensor<Float> = source.poisoned(Shape(places.height, places.width, test.outputs))
      for activation in [OutputActivation.none, .relu6] {
        filters.convolve(
          x, into: PixelMap(target.base, height: places.height, width: places.width, channels: test.outputs),
          activation)
        let wanted = expected(test, channels: test.outputs) { row, column, channel in
          var sum = Double(bias.base[channel])
          for i in 0..<window.height {
            for j in 0..<window.width {
              sum +=
                plain[row + i, column + j, channel]
                * Double(weights.base[(channel * window.height + i) * window.width + j])
            }
          }
          return activation == .none ? sum : min(max(0, sum), 6)
        }
        #expect(relativeError(target.numbers, wanted) < 1e-6)
      }
    }
  }

  @Test("pooling takes the pixels of a window that lie on the map", arguments: WindowCase.all)
  private func pools(_ test: WindowCase) {
    withTensors { source in
      let (x, plain) = map(source, test.height, test.width, test.outputs)
      let window = test.window
      let places = window.places(height: test.height, width: test.width)
      for kind in [WindowPooling.Kind.maximum, .average] {
        let target: Tensor<Float> = source.poisoned(Shape(places.height, places.width, test.outputs))
        WindowPooling(kind, window).pool(
          x, into: PixelMap(target.base, height: places.height, width: places.width, channels: test.outputs))
        let wanted = expected(test, channels: test.outputs) { row, column, channel in
          let inside = (0..<window.taps).map { (row + $0 / window.width, column + $0 % window.width) }
            .filter { plain.isInside($0.0, $0.1) }.map { plain[$0.0, $0.1, channel] }
          return kind == .maximum ? inside.max() ?? .nan : inside.reduce(0, +) / Double(inside.count)
        }
        #expect(relativeError(target.numbers, wanted) < (kind == .maximum ? 1e-30 : 1e-6))
      }
    }
  }

  @Test("means are over all pixels", arguments: [(1, 1, 3), (8, 8, 32), (73, 71, 19)])
  func means(_ size: (height: Int, width: Int, channels: Int)) {
    withTensors { source in
      let (x, plain) = map(source, size.height, size.width, size.channels)
      let means: Tensor<Float> = source.poisoned(Shape(size.channels))
      channelMeans(x, into: means.base)
      let wanted = (0..<size.channels).map { channel in
        stride(from: channel, to: plain.numbers.count, by: size.channels).reduce(0) { $0 + plain.numbers[$1] }
          / Double(x.pixels)
      }
      #expect(zip(means.numbers, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test("not-a-number passes activations and poolings")
  func notANumber() {
    withTensors { source in
      let x: Tensor<Float> = source.zeros(Shape(5, 5, 20))
      x.base[12 * 20 + 7] = .nan
      let map = PixelMap(x.base, height: 5, width: 5, channels: 20)
      let target: Tensor<Float> = source.zeros(Shape(2, 2, 20))
      let y = PixelMap(target.base, height: 2, width: 2, channels: 20)
      let window = Window(height: 3, width: 3, stride: 2)
      func isSeen(in channel: Int) -> Bool {
        (0..<4).allSatisfy { pixel in (0..<20).allSatisfy { target.base[pixel * 20 + $0].isNaN == ($0 == channel) } }
      }
      WindowPooling(.maximum, window).pool(map, into: y)
      #expect(isSeen(in: 7))
      let ones = [Float](repeating: 1, count: 180)
      let zeros = [Float](repeating: 0, count: 20)
      DepthwiseFilters(ones, bias: zeros, window: window, in: source.workspace).convolve(map, into: y, .relu6)
      #expect(isSeen(in: 7))
      // Output channel 3 alone reads channel 7.
      var weights = [Float](repeating: 0, count: 20 * 180)
      for tap in 0..<9 { weights[(3 * 20 + 7) * 9 + tap] = 1 }
      let filters = PackedFilters(
        weights, bias: zeros, window: window, inputs: 20, outputs: 20, in: source.workspace)
      filters.convolve(map, into: y, .relu6, scratch: InferenceScratch(for: [filters], in: source.workspace))
      #expect((0..<4).allSatisfy { target.base[$0 * 20 + 3].isNaN })
    }
  }
}
