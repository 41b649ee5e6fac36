internal import Files
internal import Formats
internal import Images
import Synchronization
internal import Threads

/// Reads every image of a folder once, makes it fit, and writes it to its place in a cache.
final class FolderDecoding: Sendable {
  /// How many bad images are named, and how many end the work.
  private static let shownProblems = 5

  private let listing: FolderListing
  private let request: ImageSpecification
  private let channels: Int
  private let file: SafetensorsAssembly
  private let progress = Mutex(Progress())

  /// What the threads share.
  private struct Progress {
    var done = 0
    var problems: [(index: Int, error: FileError)] = []
    var heights: [Int] = []
    var widths: [Int] = []
    var failure: FileError?
    /// When progress was last reported.
    var reported = ContinuousClock.now
  }

  private var imageSize: Int { request.resolution * request.resolution * channels }

  /// Starts a cache.
  ///
  /// - Parameters:
  ///   - listing: The images.
  ///   - request: The form that they shall have.
  ///   - channels: 1 or 3.
  ///   - folder: Where the cache will be.
  ///   - name: The file that it will be.
  /// - Throws: `DatasetError` when there is no room or right to write.
  init(
    _ listing: FolderListing, _ request: ImageSpecification, channels: Int, _ folder: CacheFolder, name: String
  ) throws(DatasetError) {
    self.listing = listing
    self.request = request
    self.channels = channels
    // Room for the classes' names, twice quoted, and for everything else, the longest file names included.
    let names = listing.classNames.reduce(0) { $0 + 16 * ($1.utf8.count + 2) }
    let headerSpace = (names + 64 * listing.classNames.count + (1 << 18)) / 4096 * 4096
    let size = request.resolution * request.resolution * channels
    try folder.checkSpace(for: 8 + headerSpace + listing.images.count * (size + 4), images: listing.images.count)
    do {
      file = try SafetensorsAssembly(name, in: folder.folder, headerSpace: headerSpace)
    } catch {
      throw DatasetError(error)
    }
  }

  /// Decodes all images.
  ///
  /// - Parameter access: How many threads work, and what progress is reported to.
  /// - Throws: `DatasetError` for images that cannot be read, unless they are to be left out, and if the cache cannot
  ///   be written.
  func run(_ access: DecodeOptions) throws(DatasetError) {
    let count = listing.images.count
    let pool = WorkerPool(threads: access.threads)
    pool.run(count) { index, worker in
      guard decode(index) else { return }
      // The first worker is the calling thread, and the only one that reports.
      guard worker == 0, let done = doneIfReportIsDue() else { return }
      access.report(.decoded(images: done, of: count))
    }
    let (failure, problems) = progress.withLock { progress in
      progress.problems.sort { $0.index < $1.index }
      return (progress.failure, progress.problems)
    }
    if let failure { throw DatasetError(failure) }
    if !request.skipsBadImages, let first = problems.first {
      // Images are begun in order, so the first bad one is the same whatever the number of threads; the further ones need
      // not be, as threads that have begun an image finish it.
      let others = problems.dropFirst().prefix(Self.shownProblems - 1).map { "'\(listing.images[$0.index].path)'" }
      throw DatasetError(
        .file(first.error.kind),
        first.error.message + (others.isEmpty ? "" : " (also bad: \(others.joined(separator: ", ")))")
          + ", or leave bad images out with --skip-bad-images")
    }
  }

  /// How many images are done, every other second; nil in between.
  private func doneIfReportIsDue() -> Int? {
    progress.withLock { progress in
      guard ContinuousClock.now - progress.reported >= .seconds(2) else { return nil }
      progress.reported = .now
      return progress.done
    }
  }

  /// Decodes one image; false if there is no use in it any more.
  private func decode(_ index: Int) -> Bool {
    let isUseless = progress.withLock {
      $0.failure != nil || !request.skipsBadImages && $0.problems.count >= Self.shownProblems
    }
    if isUseless { return false }
    let path = listing.directory + "/" + listing.images[index].path
    do throws(FileError) {
      let original = try DecodedImage(try InputFile.bytes(of: path), name: path)
      var image = channels == 1 ? original.grey() : original
      image = image.centreSquare().resized(width: request.resolution, height: request.resolution, request.resize)
      if channels == 3 { image = image.colours() }
      var failure: FileError?
      image.pixels.withUnsafeBytes { bytes in
        do throws(FileError) {
          try file.write(bytes, at: index * imageSize)
        } catch {
          failure = error
        }
      }
      progress.withLock {
        $0.done += 1
        $0.failure = $0.failure ?? failure
        Self.extend(&$0.heights, original.height)
        Self.extend(&$0.widths, original.width)
      }
    } catch {
      progress.withLock { $0.problems.append((index, error)) }
    }
    return true
  }

  /// Keeps the smallest and the largest number.
  private static func extend(_ numbers: inout [Int], _ number: Int) {
    numbers = [min(numbers.first ?? number, number), max(numbers.last ?? number, number)]
  }

  /// Closes the gaps that bad images left, measures the pixels, and gives the cache its name.
  ///
  /// - Parameter key: The cache's key.
  /// - Throws: `DatasetError` when all images of a class are bad, or the cache cannot be written.
  func finish(key: String) throws(DatasetError) {
    let (problems, heights, widths) = progress.withLock { ($0.problems, $0.heights, $0.widths) }
    let bad = Set(problems.map(\.index))
    let good = listing.images.indices.filter { !bad.contains($0) }
    let labels = good.map { listing.images[$0].label }
    var summary = DataSummary()
    summary.histogram = [Int](repeating: 0, count: listing.classNames.count)
    for label in labels { summary.histogram[Int(label)] += 1 }
    if let empty = summary.histogram.firstIndex(of: 0) {
      throw DatasetError(
        .malformed,
        "expected images that can be read in '\(listing.directory)/\(listing.classNames[empty])' and found none; add "
          + "images, or remove the folder")
    }
    summary.heights = .init(heights)
    summary.widths = .init(widths)
    summary.ignored = listing.ignored
    summary.skipped = problems.count
    summary.skippedNames = problems.prefix(Self.shownProblems).map { listing.images[$0.index].path }
    do throws(FileError) {
      let measurement = try measure(good, labels)
      summary.mean = measurement.mean
      summary.deviation = measurement.deviation
      let contents = CacheContents(
        key: key, fingerprint: measurement.fingerprint, classNames: listing.classNames, summary: summary)
      let side = request.resolution
      try file.finish(
        [
          .init("images", .uint8, shape: [good.count, side, side, channels]),
          .init("labels", .int32, shape: [good.count]),
        ], metadata: contents.metadata(labels: labels))
    } catch {
      throw DatasetError(error)
    }
  }

  /// Reads all good images in order, moves those behind a gap, and writes the labels behind them.
  private func measure(_ good: [Int], _ labels: [Int32]) throws(FileError) -> PixelMeasurement {
    var measurement = PixelMeasurement(resolution: request.resolution, channels: channels, count: good.count)
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: imageSize)
    defer { pixels.deallocate() }
    for (place, index) in good.enumerated() {
      try file.read(into: UnsafeMutableRawBufferPointer(pixels), at: index * imageSize)
      if place != index { try file.write(UnsafeRawBufferPointer(pixels), at: place * imageSize) }
      measurement.add(UnsafeBufferPointer(pixels), label: Int(labels[place]))
    }
    var failure: FileError?
    labels.withUnsafeBytes { bytes in
      do throws(FileError) {
        try file.write(bytes, at: good.count * imageSize)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return measurement
  }
}
