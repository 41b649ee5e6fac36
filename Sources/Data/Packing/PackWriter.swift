internal import DataParallel
internal import Datasets
internal import Files

/// Puts the shares of all ranks into a pack, one behind the other; all ranks make the same calls.
final class PackWriter {
  /// Images that have been looked at.
  private(set) var done = 0
  /// Those that could be read.
  private(set) var good = 0

  private let replicas: ReplicaGroup
  private let imageSize: Int
  /// On root.
  private let file: PackFile?
  /// On other ranks that see the file.
  private let shared: PackShare?
  /// On root: the ranks that do not.
  private var remote: [Int] = []

  /// Tells all ranks what root has begun.
  ///
  /// - Parameters:
  ///   - file: On root the pack.
  ///   - images: The images.
  ///   - path: The file that the pack will be.
  ///   - replicas: The ranks.
  /// - Throws: Nothing of its own; `RemoteFailureError` where another rank failed.
  init(_ file: PackFile?, _ images: ImagePreparation, path: String, replicas: ReplicaGroup) throws {
    (self.file, self.replicas, imageSize) = (file, replicas, images.imageSize)
    var token = file.map { Array($0.token.utf8) } ?? [UInt8](repeating: 0, count: PackFile.tokenCount)
    token.withUnsafeMutableBytes { replicas.broadcast($0, from: 0) }
    var numbers = [file?.done ?? 0, file?.good ?? 0, file?.dataOffset ?? 0]
    numbers.withUnsafeMutableBytes { replicas.broadcast($0, from: 0) }
    (done, good) = (numbers[0], numbers[1])
    shared =
      replicas.isRoot
      ? nil
      : PackShare(
        path: path, token: String(decoding: token, as: UTF8.self), dataOffset: numbers[2], imageSize: images.imageSize)
    let sees = replicas.gather([replicas.isRoot || shared != nil ? 1 : 0])
    remote = sees.indices.filter { sees[$0] == [0] }
  }

  /// Writes the next images.
  ///
  /// - Parameters:
  ///   - share: Those of this rank.
  ///   - count: How many the shares of all ranks are about.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  func write(_ share: PreparedShare, of count: Int) throws {
    let texts = replicas.gather(PackReport(share).text)
    // Where the pixels of each rank begin, and where those of the last end.
    var plan = [Int](repeating: 0, count: replicas.size + 1)
    try replicas.agree {
      guard let file else { return }
      let reports = try texts.map { try PackReport(text: $0) }
      try file.add(reports, of: count)
      plan[0] = good
      for (rank, report) in reports.enumerated() { plan[rank + 1] = plan[rank] + report.count }
    }
    plan.withUnsafeMutableBytes { replicas.broadcast($0, from: 0) }
    let place = plan[replicas.rank]
    try replicas.agree {
      if let shared { try shared.write(share.pixels, firstImage: place) }
      if let file { try file.write(share.pixels, firstImage: place) }
    }
    try writeEdges(share, plan)
    try bring(share, plan)
    (done, good) = (done + count, plan[replicas.size])
  }

  /// Has root write the pixels that lie in pages of the file where others write, too: hosts that share a disk may write whole pages.
  private func writeEdges(_ share: PreparedShare, _ plan: [Int]) throws {
    guard replicas.size > 1 else { return }
    func edges(_ rank: Int) -> PackEdges {
      PackEdges(plan[rank] * imageSize..<plan[rank + 1] * imageSize)
    }
    let own = shared == nil ? [] : edges(replicas.rank).bytes(of: share.pixels)
    let all = replicas.gather(own)
    try replicas.agree {
      guard let file else { return }
      for (rank, bytes) in all.enumerated() where !bytes.isEmpty {
        for (offset, part) in edges(rank).parts(bytes) { try file.write(Array(part), offset: offset) }
      }
    }
  }

  /// Brings pixels to root of ranks that do not see the file.
  private func bring(_ share: PreparedShare, _ plan: [Int]) throws {
    if !replicas.isRoot, shared == nil {
      _ = replicas.bring(share.pixels, count: share.pixels.count, from: replicas.rank)
    }
    var failure: FileError?
    for rank in remote {
      let pixels = replicas.bring([], count: (plan[rank + 1] - plan[rank]) * imageSize, from: rank)
      do throws(FileError) { try file?.write(pixels, firstImage: plan[rank]) } catch { failure = failure ?? error }
    }
    try replicas.agree { if let failure { throw failure } }
  }

  /// Waits until all ranks' pixels are on the disk, and then says so in the record, if root wants it.
  ///
  /// - Parameter isWanted: Whether this is wanted; what root says counts.
  /// - Returns: Whether it was done.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  func keep(ifWanted isWanted: Bool) throws -> Bool {
    var answer: UInt8 = isWanted ? 1 : 0
    withUnsafeMutableBytes(of: &answer) { replicas.broadcast($0, from: 0) }
    if answer == 1 { try keep() }
    return answer == 1
  }

  private func keep() throws {
    try replicas.agree { try shared?.flush() }
    try replicas.agree { try file?.save() }
  }

  /// Makes a pack of the file; the other ranks wait.
  func finish(_ report: (_ done: Int) -> Void) throws {
    try keep()
    try replicas.agree { try file?.finish(report: report) }
  }
}
