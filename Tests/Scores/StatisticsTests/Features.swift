import BLAS
import Foundation
import Statistics
import Tensors
import TestSupport
import Threads

/// A matrix with memory that is never given back: views of it stay good, whoever keeps the matrix.
final class FeatureMatrix: Sendable {
  let tensor: Tensor<Float>

  init(rows: Int, columns: Int, _ number: (_ row: Int, _ column: Int) -> Float) {
    let base = UnsafeMutablePointer<Float>.allocate(capacity: max(rows * columns, 1))
    tensor = Tensor(base, Shape(rows, columns))
    for i in 0..<rows { for j in 0..<columns { base[i * columns + j] = number(i, j) } }
  }

  convenience init(rows: Int, columns: Int, _ numbers: [Float]) {
    precondition(numbers.count == rows * columns)
    self.init(rows: rows, columns: columns) { numbers[$0 * columns + $1] }
  }

  var count: Int { tensor.shape[0] }
  var dimensions: Int { tensor.shape[1] }

  /// Normal numbers times a scale for each column, plus a shift.
  static func normal(
    _ rows: Int, _ columns: Int, seed: UInt64, shift: Double = 0, scale: (Int) -> Double = { _ in 1 }
  ) -> FeatureMatrix {
    var stream = RandomStream(seed: seed, purpose: .test)
    return FeatureMatrix(rows: rows, columns: columns) { _, j in Float(scale(j) * stream.normal() + shift) }
  }

  /// Some rows of another matrix.
  func selecting(_ rows: [Int]) -> FeatureMatrix {
    FeatureMatrix(rows: rows.count, columns: dimensions) { self.tensor.base[rows[$0] * self.dimensions + $1] }
  }

  /// The only column, many times.
  func repeated(_ times: Int) -> FeatureMatrix {
    FeatureMatrix(rows: count, columns: times) { row, _ in self.tensor.base[row] }
  }

  /// The mean of each column.
  var mean: [Double] {
    (0..<dimensions).map { j in
      (0..<count).reduce(0) { $0 + Double(tensor.base[$1 * dimensions + j]) } / Double(count)
    }
  }

  func moments(_ pool: WorkerPool = one) -> Moments { Moments(of: tensor, pool: pool) }

  func groups(_ groups: Int = Groups.usual) -> [Moments] {
    Moments.groups(of: tensor, Groups(of: count, into: groups), pool: one)
  }
}

/// A pool of the calling thread alone; tests run at the same time, so each call needs its own.
var one: WorkerPool { pool(of: 1) }

/// A pool, with BLAS on the calling thread.
func pool(of threads: Int) -> WorkerPool {
  BLASLibrary.useCallingThread()
  return WorkerPool(threads: threads)
}

/// The committed features and what other programs say of them (Tests/Fixtures/make_statistics.py).
struct StatisticsFixture {
  let generated: FeatureMatrix
  let real: FeatureMatrix
  let logits: FeatureMatrix
  private let scores: [String: Any]

  init() throws {
    let bytes = try Fixtures.bytes("features.bin", in: "statistics")
    let numbers = bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    }
    generated = FeatureMatrix(rows: 200, columns: 24, Array(numbers[..<4800]))
    real = FeatureMatrix(rows: 150, columns: 24, Array(numbers[4800..<8400]))
    logits = FeatureMatrix(rows: 200, columns: 10, Array(numbers[8400...]))
    let json = try JSONSerialization.jsonObject(with: Data(try Fixtures.bytes("scores.json", in: "statistics")))
    scores = json as? [String: Any] ?? [:]
  }

  /// The numbers at a path of keys: one, a list, or those of a dictionary by its sorted keys.
  func numbers(_ path: String...) -> [Double] {
    var value: Any? = scores
    for key in path { value = (value as? [String: Any])?[key] }
    switch value {
    case let list as [Double]: return list
    case let number as Double: return [number]
    case let dictionary as [String: Double]: return dictionary.keys.sorted().compactMap { dictionary[$0] }
    default: return []
    }
  }
}

/// The golden vector: X and Y of 12 × 4 numbers from a linear congruential generator, Y stretched by 1.2 and shifted by 0.1.
///
/// The scores expected of them were computed with NumPy in float64, and agree with pytorch-fid 0.3.0 and torch-fidelity 0.4.0.
enum Golden {
  static let x = matrix(seed: 1, scale: 1, shift: 0)
  static let y = matrix(seed: 2, scale: 1.2, shift: 0.1)

  private static func matrix(seed: UInt64, scale: Double, shift: Double) -> FeatureMatrix {
    var state = seed
    return FeatureMatrix(rows: 12, columns: 4) { _, _ in
      state = 6_364_136_223_846_793_005 &* state &+ 1_442_695_040_888_963_407
      return Float(Double(state >> 11) * 0x1p-53 * scale + shift)
    }
  }
}

/// |a − b| relative to the larger.
func difference(_ a: Double, _ b: Double) -> Double { abs(a - b) / max(abs(a), abs(b), .leastNormalMagnitude) }
