internal import Kernels
internal import Tensors

/// Elements of a gradient that are corrected before they are used: they stay in the innermost cache.
let elementsCorrectedAtOnce = 4096

/// Gradients as a sweep sees them: as they are, or corrected on the way.
///
/// A correction that a sweep passes over leaves a weight with the gradient with respect to W/σ, and nothing that looks at the
/// weights can tell: so corrections must come in the order of their places, and each must be used to its last element.
/// Tasks of a pool share it: they read gradients and corrections, and each worker writes scratch memory of its own.
struct GradientSweep<Scalar: KernelScalar>: @unchecked Sendable {
  /// Memory for the parts that are corrected, and what they come to, for each worker.
  struct Scratch {
    let workers: Int
    fileprivate let corrected: Tensor<Scalar>
    fileprivate let counts: UnsafeMutableBufferPointer<Int>

    init(workers: Int, in workspace: Workspace) {
      self.workers = workers
      corrected = workspace.tensor(Shape(workers, elementsCorrectedAtOnce))
      counts = workspace.buffer(workers, of: Int.self)
    }
  }

  private let values: UnsafePointer<Scalar>?
  private let corrections: UnsafeBufferPointer<SpectralNormGradient<Scalar>>
  private let scratch: Scratch

  init(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ corrections: UnsafeBufferPointer<SpectralNormGradient<Scalar>>,
    _ scratch: Scratch
  ) {
    var end = 0
    for correction in corrections {
      precondition(
        correction.range.lowerBound >= end && correction.range.upperBound <= values.count,
        "a correction at \(correction.range) after \(end), of \(values.count) gradients: corrections go by place")
      end = correction.range.upperBound
    }
    self.values = UnsafePointer(values.baseAddress)
    self.corrections = corrections
    self.scratch = scratch
    scratch.counts.update(repeating: 0)
  }

  /// Calls `body` with the parts of a block, where their gradients lie, and which element is the first there.
  @inline(__always)
  func forEachPart(
    of block: Range<Int>, _ worker: Int, _ body: (Range<Int>, UnsafePointer<Scalar>, _ start: Int) -> Void
  ) {
    guard let values else { return }
    let corrected = scratch.corrected[rows: worker..<worker + 1].base
    var (start, index) = (block.lowerBound, 0)
    while start < block.upperBound {
      while index < corrections.count, corrections[index].range.upperBound <= start { index &+= 1 }
      let next = index < corrections.count ? corrections[index].range : block.upperBound..<block.upperBound
      if next.lowerBound <= start && index < corrections.count {
        let part = start..<min(next.upperBound, block.upperBound, start &+ elementsCorrectedAtOnce)
        correct(corrections[index], part, of: values, into: corrected)
        scratch.counts[worker] &+= part.count
        body(part, corrected, start)
        start = part.upperBound
      } else {
        let part = start..<min(next.lowerBound, block.upperBound)
        body(part, values, 0)
        start = part.upperBound
      }
    }
  }

  /// Traps unless every element of every correction has been used; called when all blocks are through.
  func checkThatAllWereUsed() {
    let used = scratch.counts.reduce(0, +)
    let wanted = corrections.reduce(0) { $0 + $1.range.count }
    precondition(used == wanted, "a sweep used \(used) of \(wanted) corrections of gradients")
  }
}
