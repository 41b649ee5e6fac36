/// What a measurement of sums over ranks found, for programs: the object that `sagan bench allreduce --json` prints.
public struct ReductionRecord: Codable, Sendable {
  /// How many ranks took part.
  public let ranks: Int
  /// Each size by each algorithm.
  public let sums: [Sum]
  /// One large buffer by the canonical algorithm, by how it is cut.
  public let slices: [Slice]
  /// How the canonical algorithm cuts buffers if nobody asks for anything else: bytes of a slice, and slices at a time.
  public let usualSliceBytes, slicesAtOnce: Int
  /// The program's version.
  public let program: String
  /// The processor's name, where the system tells.
  public let processor: String?

  /// One size by one algorithm.
  public struct Sum: Codable, Sendable {
    /// `canonical`, `mpi` or `gather`.
    public let algorithm: String
    /// Bytes of the buffer.
    public let bytes: Int
    /// Seconds on the slowest rank.
    public let secondsMedian, secondsBest: Double
    /// Bytes of the buffer over seconds in 10⁹, and 2 (R − 1) / R times that.
    public let algorithmGbps, busGbps: Double
  }

  /// One size of slices.
  public struct Slice: Codable, Sendable {
    /// Bytes of a slice.
    public let sliceBytes: Int
    /// Bytes of the buffer.
    public let bytes: Int
    /// Seconds on the slowest rank.
    public let secondsMedian, secondsBest: Double
    /// Bytes of the buffer over seconds in 10⁹.
    public let algorithmGbps: Double
  }
}
