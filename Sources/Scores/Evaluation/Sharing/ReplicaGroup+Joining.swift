internal import DataParallel
internal import Files

/// What ranks have found apart, brought together on all of them.
extension ReplicaGroup {
  /// The ranks' arrays, one behind the other in the order of ranks; all ranks call it.
  func joined<Element: BitwiseCopyable>(_ own: [Element]) -> [Element] {
    guard size > 1 else { return own }
    return (0..<size).flatMap { owner in shared(owner == rank ? own : [], from: owner) }
  }

  /// The array of one rank, on all ranks; all ranks call it.
  ///
  /// - Parameters:
  ///   - own: The array, on `owner`; anything elsewhere.
  ///   - owner: The rank whose array all get.
  /// - Returns: The owner's array.
  func shared<Element: BitwiseCopyable>(_ own: [Element], from owner: Int) -> [Element] {
    guard size > 1 else { return own }
    var count = own.count
    withUnsafeMutableBytes(of: &count) { broadcast($0, from: owner) }
    // Others are written into memory that has no value yet.
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      if owner == rank { _ = buffer.initialize(fromContentsOf: own) }
      broadcast(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])), from: owner)
      initialized = count
    }
  }

  /// The values of jobs that ranks share out in turn, in the order of the jobs, on all ranks.
  ///
  /// - Parameters:
  ///   - jobs: How many there are.
  ///   - own: Computes the values of this rank's jobs.
  /// - Returns: One value for each job.
  func values(ofJobs jobs: Int, _ own: ([Int]) -> [Double]) -> [Double] {
    let mine = Array(stride(from: rank, to: jobs, by: size))
    let found = own(mine)
    precondition(found.count == mine.count, "\(found.count) values of \(mine.count) jobs")
    var result = [Double](repeating: 0, count: jobs)
    for owner in 0..<size {
      let values = shared(owner == rank ? found : [], from: owner)
      for (place, job) in stride(from: owner, to: jobs, by: size).enumerated() { result[job] = values[place] }
    }
    return result
  }

  /// Checks that a path leads to the same on all ranks, which would wait for each other forever otherwise; all ranks call it.
  ///
  /// - Parameters:
  ///   - texts: What each rank has found there, such as the names of files.
  ///   - path: The path.
  /// - Throws: `FileError` on root, `RemoteFailureError` on the others.
  func checkSame(_ texts: [String], at path: String) throws {
    let hash = Fingerprint()
    for text in texts { hash.update(text) }
    let strangers = mismatch(of: Array(hash.hexadecimal.utf8))
    try agree {
      if isRoot, let rank = strangers.first {
        throw FileError(
          .malformed, "rank \(rank) has other images than rank 0 at '\(path)'; copy the same files to all hosts")
      }
    }
  }
}
