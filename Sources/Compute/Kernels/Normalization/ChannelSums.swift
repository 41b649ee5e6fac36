public import Tensors

/// Sums over the pixels of each sample that a pass takes of the gradient it writes: the bias gradient of the convolution
/// before, which then need not read the map again.
public struct ChannelSums<Scalar: KernelScalar>: Sendable {
  /// Sums of one run of pixels, and of the runs so far; both `[samples, channels]`.
  private let runs: Tensor<Scalar>
  private let totals: Tensor<Double>

  /// Sums of up to `samples` samples with up to `channels` channels.
  public init(samples: Int, channels: Int, in workspace: Workspace) {
    // Whole cache lines, so that samples of different threads share none.
    let row = (channels + 15) / 16 * 16
    runs = workspace.tensor(Shape(samples, row))
    totals = workspace.tensor(Shape(samples, row))
  }

  /// Calls `body` with each run of a sample's pixels, and with zeros of as many channels to which it adds the run's sums.
  @inline(__always)
  func forEachRun(
    sample: Int, pixels: Int, channels: Int,
    _ body: (_ pixels: Range<Int>, _ sums: UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let run = runs[rows: sample..<sample + 1].base
    let total = totals[rows: sample..<sample + 1].base
    total.update(repeating: 0, count: channels)
    for first in stride(from: 0, to: pixels, by: rowsPerSum) {
      run.update(repeating: 0, count: channels)
      body(first..<min(first &+ rowsPerSum, pixels), run)
      for c in 0..<channels { total[c] += Double(run[c]) }
    }
  }
}

/// Adds the sums of a shard's samples, in order.
///
/// - Parameters:
///   - sums: Of the last pass that took them.
///   - samples: The shard's samples in that pass.
///   - channels: C.
///   - result: `C` elements, overwritten.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func addSamples<Scalar: KernelScalar>(
  _ sums: ChannelSums<Scalar>, _ samples: Range<Int>, channels: Int, into result: UnsafeMutablePointer<Scalar>
) {
  for c in 0..<channels {
    var total = 0.0
    for n in samples { total += sums.total(n, c) }
    result[c] = Scalar(total)
  }
}

extension ChannelSums {
  @inline(__always)
  fileprivate func total(_ sample: Int, _ channel: Int) -> Double { totals.base[sample &* totals.shape[1] &+ channel] }
}
