public import Checkpoints
public import Configuration
public import DataParallel

/// How a run is started; none of it changes what is computed.
public struct LaunchOptions: Sendable {
  /// Where a run begins.
  public enum Start: Equatable, Sendable {
    /// At step 0, in a directory without a run.
    case new
    /// At the newest checkpoint of the run directory, or at step 0 if it has none.
    case automatic
    /// At the newest checkpoint of another run, or at a certain checkpoint.
    case checkpoint(String)
  }

  /// The run directory.
  public var out: String
  /// Where the run begins.
  public var start: Start
  /// Threads of each rank.
  public var threads: Int
  /// How many shards of a rank go through a layer together; all where nil.
  public var shardsAtOnce: Int?
  /// When sums of gradients are taken; where nil, as suits the hosts.
  public var overlap: Overlap?
  /// Whether this rank has been asked to stop: the run then ends after the step, on all ranks, with a checkpoint.
  public var isStopRequested: @Sendable () -> Bool
  /// Is called when everything has been read, before anything is written to the run directory.
  public var willWrite: @Sendable () -> Void = {}

  /// The options of a run.
  public init(
    out: String, start: Start, threads: Int, shardsAtOnce: Int? = nil, overlap: Overlap? = nil,
    isStopRequested: @escaping @Sendable () -> Bool = { false }
  ) {
    self.out = out
    self.start = start
    self.threads = threads
    self.shardsAtOnce = shardsAtOnce
    self.overlap = overlap
    self.isStopRequested = isStopRequested
  }
}

extension LaunchOptions.Start {
  /// Whether a run begins at step 0, as far as checkpoints that are there tell.
  ///
  /// - Parameter out: The run directory.
  /// - Returns: Whether it does.
  /// - Throws: `CheckpointError` if the directory cannot be read.
  public func isAnew(out: String) throws(CheckpointError) -> Bool {
    switch self {
    case .new: true
    case .automatic: try !CheckpointFolder(out + "/" + RunFiles.checkpoints).holdsAny()
    case .checkpoint: false
    }
  }

  /// The settings of the run that is continued from here.
  ///
  /// - Parameter out: The run directory.
  /// - Returns: Its `config.yaml`; `nil` if no run is continued, or none lies around the checkpoint.
  /// - Throws: `FileError` or `ConfigurationError` if the file cannot be read.
  public func runSettings(out: String) throws -> ConfigurationFile? {
    let run: String? =
      switch self {
      case .new: nil
      case .automatic: RunFiles.hold(out) ? out : nil
      case .checkpoint(let path): RunFiles.around(path)
      }
    return try run.map { try ConfigurationFile(path: $0 + "/" + RunFiles.configuration) }
  }
}
