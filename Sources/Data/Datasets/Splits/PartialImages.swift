internal import Files
internal import Threads
internal import Synchronization

/// Some of the images of a data set, in its order.
struct PartialImages: ImageDataset {
  private let whole: any ImageDataset
  private let indices: [UInt32]
  let description: String
  private(set) var fingerprint = ""
  private(set) var summary: DataSummary

  var count: Int { indices.count }
  var classNames: [String] { whole.classNames }
  var resolution: Int { whole.resolution }
  var channels: Int { whole.channels }
  func label(_ index: Int) -> Int { whole.label(Int(indices[index])) }

  func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
    try whole.copyPixels(Int(indices[index]), into: pixels)
  }

  /// Takes a part of a data set.
  ///
  /// - Parameters:
  ///   - whole: All its images; each is read twice.
  ///   - part: Which.
  ///   - threads: How many threads look at the images.
  /// - Throws: `DatasetError` if images cannot be read, or none belongs to the part.
  init(_ whole: any ImageDataset, _ part: DataPart, threads: Int) throws(DatasetError) {
    self.whole = whole
    let isKept = if case .heldOut = part { false } else { true }
    guard let share = part.share else { preconditionFailure("a part that is all of \(whole.description)") }
    let hashes = try Self.hashes(of: whole, threads: threads)
    indices = hashes.indices.filter { share.contains(hash: hashes[$0]) != isKept }.map { UInt32($0) }
    description =
      "\(grouped(indices.count)) \(isKept ? "images that are not held out" : "held-out images") (\(share)) of "
      + whole.description
    summary = whole.summary
    guard !indices.isEmpty else {
      throw DatasetError(
        .configuration,
        "\(share) held out of \(grouped(whole.count)) images leaves \(isKept ? "none to train on" : "none held out"); choose "
          + "another share, or more images")
    }
    summary.histogram = [Int](repeating: 0, count: whole.classNames.count)
    for index in 0..<count { summary.histogram[label(index)] += 1 }
    let measurement = try PixelMeasurement(of: self)
    fingerprint = measurement.fingerprint
    (summary.dark, summary.mean, summary.deviation) = (measurement.dark, measurement.mean, measurement.deviation)
  }

  /// 64 bits of the checksum of each image's pixels.
  private static func hashes(of source: any ImageDataset, threads: Int) throws(DatasetError) -> [UInt64] {
    let pool = (try? WorkerPool(starting: threads)) ?? WorkerPool(threads: 1)
    let failure = Mutex<DatasetError?>(nil)
    var result = [UInt64](repeating: 0, count: source.count)
    let block = 1024
    result.withUnsafeMutableBufferPointer { buffer in
      let target = Shared(buffer)
      pool.run((source.count + block - 1) / block) { task, _ in
        guard failure.withLock({ $0 == nil }) else { return }
        let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.imageSize)
        defer { pixels.deallocate() }
        do throws(DatasetError) {
          for index in task * block..<min((task + 1) * block, source.count) {
            try source.copyPixels(index, into: pixels)
            target.pointer[index] = Fingerprint.hash64(UnsafeRawBufferPointer(pixels))
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return result
  }
}
