internal import Images
internal import Files
internal import Formats

/// The images of a folder, decoded once into a file and read from there at every start.
///
/// The file is a safetensors file with `images`, U8 `[N, H, W, C]`, and `labels`, I32 `[N]`; `CacheContents` is its
/// metadata. Its name is the key: what the folder held when it was listed, and the form of the images. It appears under
/// that name whole or not at all, and nobody changes it afterwards.
struct ImageCache: Sendable {
  private let listing: FolderListing
  private let request: ImageSpecification
  /// Number of channels of the decoded images.
  let channels: Int
  /// The names of the network's classes.
  let classNames: [String]
  private let key: String

  /// The cache of a listed folder.
  ///
  /// - Parameters:
  ///   - listing: What the folder holds.
  ///   - request: The form wanted; colours where it does not say.
  /// - Throws: `DatasetError` when it asks for fewer classes than there are class folders.
  init(_ listing: FolderListing, _ request: ImageSpecification) throws(DatasetError) {
    self.listing = listing
    self.request = request
    channels = request.channels ?? 3
    classNames = try Datasets.classNames(
      listing.classNames, wanted: request.classes, largest: listing.classNames.count - 1,
      of: "'\(listing.directory)'")
    key = Self.key(listing, request, channels: channels)
  }

  /// Relative names, sizes, times, and the form of the images; not where the folder is.
  private static func key(_ listing: FolderListing, _ request: ImageSpecification, channels: Int) -> String {
    let hash = Fingerprint()
    hash.update(CacheContents.format)
    for number in [request.resolution, channels, request.skipsBadImages ? 1 : 0, listing.images.count] {
      hash.update(number)
    }
    hash.update(request.resize.rawValue)
    for name in listing.classNames { hash.update(name) }
    for image in listing.images {
      hash.update(image.path)
      hash.update(image.byteCount)
      hash.update(image.modified)
    }
    return hash.hexadecimal
  }

  /// Number of images in the folder.
  var count: Int { listing.images.count }

  /// Where the decoded images are or shall be.
  func path(in folder: String) -> String { folder + "/" + fileName }

  static let fileSuffix = ".safetensors"
  static let lockSuffix = ".lock"

  private var fileName: String { key + Self.fileSuffix }

  private var lockName: String { key + Self.lockSuffix }

  /// The key in a name such as caches and locks have; `nil` in others.
  static func key(ofName name: String, suffix: String) -> String? {
    guard name.hasSuffix(suffix) else { return nil }
    let key = String(name.dropLast(suffix.count))
    return Fingerprint.isOne(key) ? key : nil
  }

  /// The decoded images, if they are there.
  ///
  /// - Parameters:
  ///   - access: Where the cache is, and what to report to if it exists and cannot be used.
  ///   - isSilent: Whether nothing is reported.
  /// - Returns: The images; `nil` if there is no usable cache.
  func images(_ access: DecodeOptions, isSilent: Bool = false) -> StoredImages? {
    let path = path(in: access.cacheFolder)
    do throws(FileError) {
      let file = try SafetensorsFile(path: path)
      let labels = try file.int32s("labels")
      let side = request.resolution
      guard let contents = CacheContents(file.metadata, labels: labels), contents.key == key, !labels.isEmpty,
        try file.dtype(of: "images") == .uint8, try file.shape(of: "images") == [labels.count, side, side, channels]
      else { throw FileError(.malformed, "the cache '\(path)' is damaged") }
      let pixels = try InputFile(path: path)
      pixels.noteUse()
      // What lies beside the images does not change the key.
      var summary = contents.summary
      summary.findings = listing.findings
      return StoredImages(
        "folder '\(listing.directory)', \(labels.count) images as \(side)×\(side), from '\(path)'",
        .file(pixels, offset: try file.place(of: "images").lowerBound), labels: labels,
        classNames: classNames, resolution: side, channels: channels, fingerprint: contents.fingerprint,
        summary: summary)
    } catch {
      let reason = error.kind == .malformed ? "it is damaged, or not written by this program" : error.message
      if error.kind != .missing, !isSilent { access.report(.unusable(cache: path, reason: reason)) }
      return nil
    }
  }

  /// Takes the right to write the cache.
  ///
  /// - Parameters:
  ///   - folder: Where the cache shall be.
  ///   - waits: Whether to sleep until no other process has it.
  /// - Returns: The right, which ends with this object; `nil` if another process has it.
  func lock(in folder: CacheFolder, waits: Bool) -> CacheLock? {
    CacheLock(lockName, in: folder.folder, waits: waits)
  }

  /// Sleeps while another process writes the cache.
  func wait(_ access: DecodeOptions) {
    guard let folder = try? Folder(access.cacheFolder) else { return }
    FileLock.wait(lockName, in: folder)
  }

  /// Decodes all images into the cache; the caller has its lock.
  func write(_ folder: CacheFolder, _ access: DecodeOptions) throws(DatasetError) {
    folder.folder.removeAbandoned()
    let decoding = try FolderDecoding(listing, request, channels: channels, folder, name: fileName)
    access.report(.decoding(images: count, cache: path(in: folder.path)))
    try decoding.run(access)
    try decoding.finish(key: key)
  }
}
