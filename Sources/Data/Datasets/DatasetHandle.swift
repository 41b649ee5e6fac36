internal import Files

/// A data set that is there: its classes and channels are known, and images that have to be decoded are not yet.
public struct DatasetHandle: Sendable {
  /// Where images come from.
  enum Source: Sendable {
    /// A data set that needs no cache.
    case open(any ImageDataset)
    /// A data set whose images are decoded into a cache.
    case decoded(ImageCache)
  }

  private let source: Source
  private let part: DataPart

  /// A part of a data set.
  init(_ source: Source, part: DataPart) { (self.source, self.part) = (source, part) }

  /// 1 (grey) or 3 (red, green, blue).
  public var channels: Int {
    switch source {
    case .open(let images): images.channels
    case .decoded(let cache): cache.channels
    }
  }

  /// A name for every class, by label.
  public var classNames: [String] {
    switch source {
    case .open(let images): images.classNames
    case .decoded(let cache): cache.classNames
    }
  }

  /// Number of images, bad ones and those of other parts included.
  public var count: Int {
    switch source {
    case .open(let images): images.count
    case .decoded(let cache): cache.count
    }
  }

  /// The images by shares, without a cache; all of them, whatever part was asked for.
  ///
  /// - Parameter request: The form that the data set was found for.
  /// - Returns: The images in that form.
  package func preparation(_ request: ImageSpecification) -> ImagePreparation {
    switch source {
    case .open(let images): ImagePreparation(images, request)
    case .decoded(let cache): cache.preparation
    }
  }

  /// The right of one process to decode the images, where they are not decoded yet.
  public struct Reservation {
    fileprivate let folder: CacheFolder
    /// None if another process decodes them already.
    fileprivate let lock: CacheLock?
  }

  /// Reserves the right to decode the images, before other processes begin to wait for the one that has it.
  ///
  /// - Parameter access: Where decoded images are kept.
  /// - Returns: The right; `nil` if there is nothing to decode.
  /// - Throws: `DatasetError` if there is no place to keep them.
  public func reserve(_ access: DecodeOptions) throws(DatasetError) -> Reservation? {
    guard case .decoded(let cache) = source, cache.images(access) == nil else { return nil }
    let folder = try CacheFolder(access.cacheFolder)
    return Reservation(folder: folder, lock: cache.lock(in: folder, waits: false))
  }

  /// Sleeps as long as another process decodes the images.
  public func waitForOthers(_ access: DecodeOptions) {
    if case .decoded(let cache) = source { cache.wait(access) }
  }

  /// Opens the data set; decodes its images where that is not done yet.
  ///
  /// - Parameters:
  ///   - access: Where decoded images are kept, how many threads decode, and what progress is reported to.
  ///   - reservation: What `reserve` returned, if it was asked; used up.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when images are damaged, or cannot be kept.
  public func open(_ access: DecodeOptions, _ reservation: Reservation? = nil) throws(DatasetError) -> any ImageDataset
  {
    let images = try openWhole(access, reservation)
    return part == .all ? images : try PartialImages(images, part, threads: access.threads)
  }

  private func openWhole(_ access: DecodeOptions, _ reservation: Reservation?) throws(DatasetError) -> any ImageDataset
  {
    switch source {
    case .open(let images): return images
    case .decoded(let cache):
      if reservation == nil, let images = cache.images(access) { return images }
      let folder = if let reservation { reservation.folder } else { try CacheFolder(access.cacheFolder) }
      do throws(DatasetError) {
        return try Self.decode(cache, folder, reservation?.lock, access)
      } catch {
        folder.removeIfEmpty()
        throw error
      }
    }
  }

  /// Decodes the images, unless another process has done it meanwhile.
  private static func decode(
    _ cache: ImageCache, _ folder: CacheFolder, _ reserved: CacheLock?, _ access: DecodeOptions
  ) throws(DatasetError) -> any ImageDataset {
    var lock = reserved ?? cache.lock(in: folder, waits: false)
    if lock == nil {
      access.report(.waiting(cache: cache.path(in: folder.path)))
      lock = cache.lock(in: folder, waits: true)
    }
    defer { lock?.release() }
    if let images = cache.images(access, isSilent: true) { return images }
    try cache.write(folder, access)
    guard let images = cache.images(access) else {
      throw DatasetError(
        .file(.unreadable),
        "the cache '\(cache.path(in: folder.path))' was written and cannot be read; check the disk or choose another "
          + "place with --cache DIR")
    }
    return images
  }
}
