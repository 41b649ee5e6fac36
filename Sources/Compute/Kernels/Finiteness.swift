public import Tensors

/// Whether every number is one: neither infinite nor NaN.
///
/// Reads at the rate of the caches: 0 · x is 0 for all numbers and NaN for all else, and such products add up in lanes.
///
/// - Parameters:
///   - x: The first number.
///   - count: How many there are.
/// - Returns: False if any is infinite or NaN.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func areFinite<Scalar: KernelScalar>(_ x: UnsafePointer<Scalar>, count: Int) -> Bool {
  if Scalar.self == Float.self { return areFinite(UnsafeRawPointer(x), count: count, as: SIMD16<Float>.self) }
  if Scalar.self == Double.self { return areFinite(UnsafeRawPointer(x), count: count, as: SIMD8<Double>.self) }
  return (0..<count).allSatisfy { x[$0].isFinite }
}

/// Whether every number of an arena is one.
public func areFinite<Scalar: KernelScalar>(_ arena: Arena<Scalar>) -> Bool {
  arena.values.baseAddress.map { areFinite(UnsafePointer($0), count: arena.values.count) } ?? true
}

@inline(__always)
private func areFinite<Vector: SIMD & BitwiseCopyable>(
  _ x: UnsafeRawPointer, count: Int, as type: Vector.Type
) -> Bool where Vector.Scalar: BinaryFloatingPoint & BitwiseCopyable {
  let lanes = Vector.scalarCount
  let stride = MemoryLayout<Vector.Scalar>.stride
  // Four chains of additions keep up with the loads.
  var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  func load(_ index: Int) -> Vector { x.loadUnaligned(fromByteOffset: index &* stride, as: Vector.self) }
  var index = 0
  while index &+ 4 &* lanes <= count {
    sums.0 += load(index) * 0
    sums.1 += load(index &+ lanes) * 0
    sums.2 += load(index &+ 2 &* lanes) * 0
    sums.3 += load(index &+ 3 &* lanes) * 0
    index &+= 4 &* lanes
  }
  var rest = Vector.Scalar.zero
  while index < count {
    rest += x.loadUnaligned(fromByteOffset: index &* stride, as: Vector.Scalar.self) * 0
    index &+= 1
  }
  let all = sums.0 + sums.1 + (sums.2 + sums.3)
  return all == .zero && rest == 0
}
