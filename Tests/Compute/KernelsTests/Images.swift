import Kernels
import Tensors
import TestSupport

/// Images as a list of numbers: the references that kernels are compared with, written for reading.
struct Images {
  let count, height, width, channels: Int
  var numbers: [Double]

  init(_ count: Int, _ height: Int, _ width: Int, _ channels: Int) {
    (self.count, self.height, self.width, self.channels) = (count, height, width, channels)
    numbers = [Double](repeating: 0, count: count * height * width * channels)
  }

  init<Scalar: KernelScalar>(_ tensor: Tensor<Scalar>) {
    self.init(tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3])
    numbers = tensor.numbers
  }

  /// One number; 0 beyond the edges.
  subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
    get {
      if y < 0 || y >= height || x < 0 || x >= width { return 0 }
      return numbers[((n * height + y) * width + x) * channels + c]
    }
    set { numbers[((n * height + y) * width + x) * channels + c] = newValue }
  }

  /// Images of other extents whose numbers are a function of their place.
  func map(
    height: Int? = nil, width: Int? = nil, channels: Int? = nil,
    _ value: (_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Double
  ) -> Images {
    var result = Images(count, height ?? self.height, width ?? self.width, channels ?? self.channels)
    for n in 0..<count {
      for y in 0..<result.height {
        for x in 0..<result.width {
          for c in 0..<result.channels { result[n, y, x, c] = value(n, y, x, c) }
        }
      }
    }
    return result
  }

  /// What an activation makes of the images.
  func activated<Scalar: KernelScalar>(_ activation: InputActivation<Scalar>) -> Images {
    map { n, y, x, c in
      switch activation {
      case .identity: self[n, y, x, c]
      case .relu: max(0, self[n, y, x, c])
      case .scaleShiftReLU(let scale, let shift):
        max(0, Double(scale.base[n * channels + c]) * self[n, y, x, c] + Double(shift.base[n * channels + c]))
      }
    }
  }

  /// Each pixel four times.
  var upsampled: Images {
    map(height: 2 * height, width: 2 * width) { n, y, x, c in self[n, y / 2, x / 2, c] }
  }

  /// The mean of each 2 × 2 window.
  var averagePooled: Images {
    map(height: height / 2, width: width / 2) { n, y, x, c in
      (self[n, 2 * y, 2 * x, c] + self[n, 2 * y, 2 * x + 1, c] + self[n, 2 * y + 1, 2 * x, c]
        + self[n, 2 * y + 1, 2 * x + 1, c]) / 4
    }
  }

  /// Filters `[k, k, C, O]` moved over the images, with zeros beyond the edges.
  func filtered(_ weight: [Double], size: Int, outputs: Int) -> Images {
    map(channels: outputs) { n, y, x, o in
      var sum = 0.0
      for tapY in 0..<size {
        for tapX in 0..<size {
          for c in 0..<channels {
            sum +=
              self[n, y + tapY - size / 2, x + tapX - size / 2, c]
              * weight[((tapY * size + tapX) * channels + c) * outputs + o]
          }
        }
      }
      return sum
    }
  }

  /// The convolution by its definition: resample, filter, resample.
  func convolved(_ convolution: Convolution, _ weight: [Double]) -> Images {
    let input = convolution.resampling == .upsample ? upsampled : self
    let output = input.filtered(weight, size: convolution.kernelSize, outputs: convolution.outputChannels)
    return convolution.resampling == .averagePool ? output.averagePooled : output
  }

  static func + (left: Images, right: Images) -> Images {
    left.map { n, y, x, c in left[n, y, x, c] + right[n, y, x, c] }
  }
}
