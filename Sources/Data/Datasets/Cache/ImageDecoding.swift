internal import Files
internal import Formats
internal import Images
import Synchronization
internal import Threads

/// Reads every image of a collection once, makes it fit, and writes it to its place in a cache.
final class ImageDecoding: Sendable {
  /// How many bad images are named, and how many end the work.
  private static let shownProblems = 5

  private let collection: any ImageCollection
  private let request: ImageSpecification
  private let channels: Int
  private let file: SafetensorsAssembly
  private let progress = Mutex(Progress())

  /// What the threads share.
  private struct Progress {
    var done = 0
    var problems: [(index: Int, error: FileError)] = []
    /// Images that are whole in spite of a warning.
    var odd: [Int] = []
    /// Images whose files say that they stand another way up.
    var turned: [Int] = []
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
  ///   - collection: The images.
  ///   - request: The form that they shall have.
  ///   - channels: 1 or 3.
  ///   - folder: Where the cache will be.
  ///   - name: The file that it will be.
  /// - Throws: `DatasetError` when there is no room or right to write.
  init(
    _ collection: any ImageCollection, _ request: ImageSpecification, channels: Int, _ folder: CacheFolder, name: String
  ) throws(DatasetError) {
    self.collection = collection
    self.request = request
    self.channels = channels
    // Room for the classes' names, twice quoted, and for everything else, the longest file names included.
    let names = collection.classNames.reduce(0) { $0 + 16 * ($1.utf8.count + 2) }
    let headerSpace = (names + 64 * collection.classNames.count + (1 << 18)) / 4096 * 4096
    let size = request.resolution * request.resolution * channels
    try folder.checkSpace(for: 8 + headerSpace + collection.count * (size + 4), images: collection.count)
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
    let count = collection.count
    // Where the system starts no further thread, this one does all the work.
    let pool = (try? WorkerPool(starting: access.threads)) ?? WorkerPool(threads: 1)
    let together = max(collection.imagesTogether, 1)
    pool.run((count + together - 1) / together) { block, worker in
      decode(block * together..<min((block + 1) * together, count)) {
        // The first worker is the calling thread, and the only one that reports.
        guard worker == 0, let done = doneIfReportIsDue() else { return }
        access.report(.decoded(images: done, of: count))
      }
    }
    let (failure, problems) = progress.withLock { progress in
      progress.problems.sort { $0.index < $1.index }
      return (progress.failure, progress.problems)
    }
    if let failure { throw DatasetError(failure) }
    if !request.skipsBadImages, let first = problems.first {
      // Blocks of images are begun in order and read to their ends, so the first bad one is the same whatever the number of threads; the further ones need
      // not be, as threads that have begun a block finish it.
      let others = problems.dropFirst().prefix(Self.shownProblems - 1).map { "'\(collection.name($0.index))'" }
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

  /// Decodes images that lie together, if there is any use in it.
  ///
  /// - Parameters:
  ///   - indices: The images.
  ///   - then: Called after each of them.
  private func decode(_ indices: Range<Int>, then: () -> Void) {
    let isUseless = progress.withLock {
      $0.failure != nil || !request.skipsBadImages && $0.problems.count >= Self.shownProblems
    }
    if isUseless { return }
    do throws(FileError) {
      let reader = try collection.reader()
      for index in indices {
        decode(index, reader)
        then()
      }
    } catch {
      let problem = error
      progress.withLock { $0.problems += indices.map { ($0, problem) } }
    }
  }

  private func decode(_ index: Int, _ reader: any ImageReader) {
    do throws(FileError) {
      let reading = try reader.read(index)
      let original = request.orientation == .apply ? reading.image.oriented(reading.orientation) : reading.image
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
        if reading.remark != nil { $0.odd.append(index) }
        if reading.orientation != 1 { $0.turned.append(index) }
        $0.failure = $0.failure ?? failure
        Self.extend(&$0.heights, original.height)
        Self.extend(&$0.widths, original.width)
      }
    } catch {
      progress.withLock { $0.problems.append((index, error)) }
    }
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
    let (problems, odd, turned, heights, widths) = progress.withLock {
      ($0.problems, $0.odd, $0.turned, $0.heights, $0.widths)
    }
    let bad = Set(problems.map(\.index))
    let good = (0..<collection.count).filter { !bad.contains($0) }
    let labels = good.map { collection.label($0) }
    var summary = DataSummary()
    summary.histogram = [Int](repeating: 0, count: collection.classNames.count)
    for label in labels { summary.histogram[Int(label)] += 1 }
    if good.isEmpty {
      throw DatasetError(
        .malformed,
        "expected images that can be read in '\(collection.place)' and found none of \(grouped(collection.count)); check what "
          + "is there")
    }
    if collection.needsEveryClass, let empty = summary.histogram.firstIndex(of: 0) {
      throw DatasetError(
        .malformed,
        "expected images that can be read in '\(collection.place)/\(collection.classNames[empty])' and found none; add "
          + "images, or remove the folder")
    }
    summary.heights = .init(heights)
    summary.widths = .init(widths)
    summary.turned = Tally(turned.sorted().map { collection.name($0) })
    summary.isTurnIgnored = request.orientation == .ignore
    summary.odd = Tally(odd.sorted().map { collection.name($0) })
    summary.skipped = problems.count
    summary.skippedNames = problems.prefix(Self.shownProblems).map { collection.name($0.index) }
    do throws(FileError) {
      let measurement = try measure(good, labels)
      summary.dark = measurement.dark
      summary.mean = measurement.mean
      summary.deviation = measurement.deviation
      let contents = CacheContents(
        key: key, fingerprint: measurement.fingerprint, classNames: collection.classNames, summary: summary)
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
      measurement.add(UnsafeBufferPointer(pixels), label: Int(labels[place]), name: collection.name(index))
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
