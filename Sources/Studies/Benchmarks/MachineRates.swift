internal import Trainer
internal import BLAS
internal import Tensors
internal import Threads
internal import Configuration

/// What this machine's threads can do: products of large matrices by BLAS, and copies of large blocks of memory.
///
/// Both are the best of several attempts, with every thread of the pool at work on memory of its own.
public struct MachineRates: Encodable, Sendable {
  /// Floating-point operations a second, in 10⁹; a multiply-add is two.
  public let sgemmGflops: Double
  /// Bytes read and written a second, in 10⁹.
  public let copyGbps: Double

  /// Height and width of the matrices.
  private static let side = 1024
  /// Numbers that each thread copies: too many for caches.
  private static let copied = 16 << 20
  private static let budget = 0.5

  /// Rates that were found.
  init(sgemmGflops: Double, copyGbps: Double) {
    self.sgemmGflops = sgemmGflops
    self.copyGbps = copyGbps
  }

  /// The better of two measurements, since other programs may have disturbed either.
  func better(_ other: MachineRates) -> MachineRates {
    MachineRates(
      sgemmGflops: max(sgemmGflops, other.sgemmGflops), copyGbps: max(copyGbps, other.copyGbps))
  }

  /// Measures this rank's threads.
  init(_ pool: WorkerPool) {
    let workspace = Workspace()
    let (side, copied) = (Self.side, Self.copied)
    let operands: Tensor<Float> = workspace.tensor(Shape(pool.threads, 3, side * side))
    fillUniform(operands, seed: 1)
    var seconds = leastSeconds(budget: Self.budget) {
      pool.run(pool.threads) { task, _ in
        let base = operands.base + task * 3 * side * side
        func matrix(_ index: Int) -> Matrix<Float> { Matrix(base + index * side * side, rows: side, columns: side) }
        multiply(matrix(0), matrix(1), into: matrix(2))
      }
    }
    sgemmGflops = 2e-9 * Double(pool.threads * side * side * side) / seconds
    let blocks: Tensor<Float> = workspace.tensor(Shape(pool.threads, 2, copied))
    blocks.fill(1)
    seconds = leastSeconds(budget: Self.budget) {
      pool.run(pool.threads) { task, _ in
        let from = blocks.base + 2 * task * copied
        (from + copied).update(from: from, count: copied)
      }
    }
    copyGbps = 8e-9 * Double(pool.threads * copied) / seconds
    withExtendedLifetime(workspace) {}
  }
}

/// Fills a tensor with numbers from −1 to 1.
func fillUniform(_ tensor: Tensor<Float>, seed: UInt64, sample: UInt32 = 0) {
  var stream = RandomStream(seed: seed, purpose: .latents, sample: sample)
  for index in 0..<tensor.count { tensor.base[index] = Float(2 * stream.uniform() - 1) }
}
