public import Tensors

extension Tensor {
  /// The elements in double precision, outermost axis first.
  public var numbers: [Double] { elements.map { Double($0) } }
}

/// The largest difference of two lists, relative to the largest expected number; infinite where they cannot be compared.
public func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var (difference, largest) = (0.0, 0.0)
  for (a, b) in zip(found, expected) {
    guard a.isFinite, b.isFinite else { return .infinity }
    difference = max(difference, abs(a - b))
    largest = max(largest, abs(b))
  }
  return largest == 0 ? difference : difference / largest
}

/// Whether two tensors hold the same numbers, bit for bit; not-a-number equals nothing.
public func areIdentical<Scalar: TensorScalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Bool {
  a.count == b.count && zip(a.elements, b.elements).allSatisfy { $0 == $1 && $0.sign == $1.sign }
}

/// Σ x · y in double precision.
public func innerProduct(of x: [Double], _ y: [Double]) -> Double {
  zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
}

/// The Euclidean length of a list.
public func length(of x: [Double]) -> Double { innerProduct(of: x, x).squareRoot() }

/// The largest error of any channel, relative to the largest expected number of that channel; channels come innermost.
public func channelError(_ found: Tensor<Float>, _ expected: Tensor<Double>, channels: Int) -> Double {
  guard found.count == expected.count else { return .infinity }
  var (errors, largest) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
  for i in stride(from: 0, to: found.count, by: channels) {
    for c in 0..<channels {
      let difference = abs(Double(found.base[i + c]) - expected.base[i + c])
      guard difference.isFinite else { return .infinity }
      errors[c] = max(errors[c], difference)
      largest[c] = max(largest[c], abs(expected.base[i + c]))
    }
  }
  return zip(errors, largest).map { $0 / $1 }.max() ?? 0
}
