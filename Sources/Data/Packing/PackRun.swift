public import DataParallel
public import Datasets
internal import Files
internal import Threads

/// Prepares the images of a data set on all ranks, into one file.
///
/// Ranks prepare shares of images that follow each other, and find out together where the pixels of each go: behind those before them,
/// without gaps for bad images. So the file has the same bytes whatever the number of ranks and threads. A rank that sees the file writes
/// into it; pixels of others go through root.
public final class PackRun {
  /// What people are told.
  public enum Progress: Sendable {
    /// So many images of so many have been prepared, at so many a second.
    case prepared(Int, of: Int, perSecond: Double)
    /// So many images of so many have been read again.
    case checked(Int, of: Int)
    /// The pack was begun earlier: so many images are in it.
    case goingOn(Int, of: Int)
  }

  /// What was made.
  public struct Outcome: Sendable {
    /// On root the images of the pack.
    public let images: (any ImageDataset)?
    /// Images that this start has prepared.
    public let prepared: Int
    /// The seconds that this took.
    public let seconds: Double
    /// What lies beside the images.
    public let findings: FolderFindings
  }

  /// The least time between two records of how far the pack has come, and how often that time waiting for the disk fits into it.
  private static let (interval, share) = (Duration.seconds(1), 20)

  private let options: PackOptions
  private let replicas: ReplicaGroup
  private let report: (Progress) -> Void

  /// Prepares to make a pack.
  ///
  /// - Parameters:
  ///   - options: What is asked for.
  ///   - replicas: The ranks, which share the images.
  ///   - report: Is told how it goes, on root.
  public init(_ options: PackOptions, replicas: ReplicaGroup, report: @escaping (Progress) -> Void) {
    (self.options, self.replicas, self.report) = (options, replicas, report)
  }

  /// Makes the pack; all ranks call it.
  ///
  /// - Returns: What was made; of the file's own numbers root knows alone.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  public func run() throws -> Outcome {
    let pool = try replicas.agree { try WorkerPool(starting: options.threads) }
    let images = try replicas.agree { try options.data.find(options.form).preparation(options.form) }
    try checkSame(images)
    if isThere(images) { return try outcome(images, prepared: 0, seconds: 0) }
    let file = try replicas.agree {
      replicas.isRoot
        ? try PackFile(images, options.form, path: options.out, isForced: options.isForced) : nil
    }
    let writer = try PackWriter(file, images, path: options.out, replicas: replicas)
    // All ranks cut shares alike, whatever each was told.
    let threads = Int(replicas.largest(Double(options.threads)))
    let (first, began) = (writer.done, ContinuousClock.now)
    if replicas.isRoot, first > 0 { report(.goingOn(first, of: images.count)) }
    var (kept, wait, pace) = (began, Duration.zero, SharePace())
    while writer.done < images.count {
      let roundBegan = ContinuousClock.now
      // Root's pace, as ranks have clocks of their own.
      var imagesOfThread = pace.imagesOfThread
      withUnsafeMutableBytes(of: &imagesOfThread) { replicas.broadcast($0, from: 0) }
      let shares = PackShares(
        from: writer.done, of: images, ranks: replicas.size, threads: threads, imagesOfThread: imagesOfThread)
      let share = try replicas.agree { try images.share(shares[replicas.rank], pool: pool) }
      try writer.write(share, of: shares.count)
      pace.took(.now - roundBegan)
      let now = ContinuousClock.now
      if try writer.keep(ifWanted: now - kept >= max(Self.interval, wait * Self.share)) {
        kept = .now
        wait = kept - now
      }
      if replicas.isRoot {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        report(
          .prepared(writer.done, of: images.count, perSecond: Double(writer.done - first) / max(seconds, 1e-9)))
      }
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    try writer.finish { [report] in report(.checked($0, of: images.count)) }
    return try outcome(images, prepared: images.count - first, seconds: seconds)
  }

  /// Whether the pack is there already, and is not to be replaced.
  private func isThere(_ images: ImagePreparation) -> Bool {
    var answer: UInt8 = replicas.isRoot && !options.isForced && PackFile.isFinished(images, at: options.out) ? 1 : 0
    withUnsafeMutableBytes(of: &answer) { replicas.broadcast($0, from: 0) }
    return answer == 1
  }

  /// What was made, as a run that trains from it will find it.
  private func outcome(_ images: ImagePreparation, prepared: Int, seconds: Double) throws -> Outcome {
    let made = try replicas.agree {
      replicas.isRoot
        ? try DataSpecification.packed(file: options.out).find(options.form).open(
          DecodeOptions(cacheFolder: "", threads: 1)) : nil
    }
    return Outcome(images: made, prepared: prepared, seconds: seconds, findings: images.findings)
  }

  /// Images that ranks find under the same name may be others on each host.
  private func checkSame(_ images: ImagePreparation) throws {
    let others = replicas.mismatch(of: Array(images.key.utf8))
    try replicas.agree {
      guard replicas.isRoot, let rank = others.first else { return }
      throw DatasetError(
        .malformed,
        "expected the same images on all ranks and found others, or other times of modification, on rank \(rank) than on rank 0 at "
          + "'\(images.place)'; put the data onto a file system that all hosts share, or copy files with their times")
    }
  }
}
