internal import Files
internal import Formats
internal import Threads

/// Prepares every image of a collection once, and writes it to its place in a cache.
struct ImageDecoding {
  private let images: ImagePreparation
  private let request: ImageSpecification
  private let file: SafetensorsAssembly
  private var record = PreparationRecord()

  /// Starts a cache.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - request: The form that they shall have.
  ///   - folder: Where the cache will be.
  ///   - name: The file that it will be.
  /// - Throws: `DatasetError` when there is no room or right to write.
  init(
    _ images: ImagePreparation, _ request: ImageSpecification, _ folder: CacheFolder, name: String
  ) throws(DatasetError) {
    (self.images, self.request) = (images, request)
    let headerSpace = CacheContents.headerSpace(classNames: images.classNames)
    try folder.checkSpace(for: 8 + headerSpace + images.count * (images.imageSize + 4), images: images.count)
    do {
      file = try SafetensorsAssembly(name, in: folder.folder, headerSpace: headerSpace)
    } catch {
      throw DatasetError(error)
    }
  }

  /// Prepares all images.
  ///
  /// - Parameter access: How many threads work, and what progress is reported to.
  /// - Throws: `DatasetError` for images that cannot be read, unless they are to be left out, and if the cache cannot
  ///   be written.
  mutating func run(_ access: DecodeOptions) throws(DatasetError) {
    // Where the system starts no further thread, this one does all the work.
    let pool = (try? WorkerPool(starting: access.threads)) ?? WorkerPool(threads: 1)
    var (pace, reported) = (SharePace(), ContinuousClock.now)
    while record.done < images.count {
      let began = ContinuousClock.now
      let most = images.shareCount(threads: access.threads, imagesOfThread: pace.imagesOfThread)
      let range = record.done..<min(record.done + most, images.count)
      let share = try images.share(range, pool: pool)
      let place = record.good * images.imageSize
      try record.add([share.report], of: range.count, images, skips: request.skipsBadImages)
      try write(share.pixels, at: place)
      pace.took(.now - began)
      if ContinuousClock.now - reported >= .seconds(2) {
        reported = .now
        access.report(.decoded(images: record.done, of: images.count))
      }
    }
  }

  private func write<Element>(_ elements: [Element], at offset: Int) throws(DatasetError) {
    var failure: FileError?
    elements.withUnsafeBytes { bytes in
      do throws(FileError) { try file.write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw DatasetError(failure) }
  }

  /// Measures the pixels, writes the labels behind them, and gives the cache its name.
  ///
  /// - Throws: `DatasetError` when all images of a class are bad, or the cache cannot be written.
  func finish() throws(DatasetError) {
    let size = images.imageSize
    let (contents, labels) = try record.contents(images, request) { (pixels, first) throws(FileError) in
      try file.read(into: pixels, at: first * size)
    }
    try write(labels, at: labels.count * size)
    do throws(FileError) {
      try file.finish(images.tensors(labels.count), metadata: contents.metadata(labels: labels))
    } catch {
      throw DatasetError(error)
    }
  }
}

extension ImagePreparation {
  /// What files of prepared images hold: `images`, U8 `[N, H, W, C]`, and `labels`, I32 `[N]`.
  func tensors(_ count: Int) -> [SafetensorsAssembly.Tensor] {
    [
      .init("images", .uint8, shape: [count, resolution, resolution, channels]),
      .init("labels", .int32, shape: [count]),
    ]
  }
}
