/// The classes of samples in memory that somebody else owns, and how many there are.
///
/// A view, as tensors are: copying it copies neither classes nor ownership.
public struct Labels: @unchecked Sendable {
  private let base: UnsafePointer<Int32>
  /// Number of samples.
  public let count: Int

  /// A view of a planned buffer.
  public init(_ buffer: UnsafeMutableBufferPointer<Int32>) {
    guard let base = buffer.baseAddress else { preconditionFailure("labels without memory") }
    self.init(UnsafePointer(base), count: buffer.count)
  }

  private init(_ base: UnsafePointer<Int32>, count: Int) { (self.base, self.count) = (base, count) }

  /// The class of one sample.
  public subscript(sample: Int) -> Int32 {
    precondition(sample >= 0 && sample < count, "the label of sample \(sample) of \(count)")
    return base[sample]
  }

  /// The classes of some samples.
  public subscript(samples: Range<Int>) -> Labels {
    precondition(samples.lowerBound >= 0 && samples.upperBound <= count, "labels of samples \(samples) of \(count)")
    return Labels(base + samples.lowerBound, count: samples.count)
  }

  /// All classes.
  public var elements: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: base, count: count) }

  /// Traps unless there is one label for each of `samples` samples.
  @inline(__always)
  public func checkCount(_ samples: Int) {
    precondition(count == samples, "\(count) labels of \(samples) samples")
  }
}
