internal import Images
internal import Files
internal import Formats

/// The images of a collection, decoded once into a file and read from there at every start.
///
/// The file is a safetensors file with `images`, U8 `[N, H, W, C]`, and `labels`, I32 `[N]`; `CacheContents` is its
/// metadata. Its name is the key: what the collection held when it was listed, and the form of the images. It appears under
/// that name whole or not at all, and nobody changes it afterwards.
struct ImageCache: Sendable {
  private let collection: any ImageCollection
  private let request: ImageSpecification
  /// Number of channels of the decoded images.
  let channels: Int
  /// The names of the network's classes.
  let classNames: [String]
  private let key: String

  /// The cache of a collection.
  ///
  /// - Parameters:
  ///   - collection: The images.
  ///   - request: The form wanted; colours where it does not say and there are any.
  /// - Throws: `DatasetError` when it asks for fewer classes than there are.
  init(_ collection: any ImageCollection, _ request: ImageSpecification) throws(DatasetError) {
    self.collection = collection
    self.request = request
    channels = request.channels ?? collection.channels
    classNames = try Datasets.classNames(
      collection.classNames, wanted: request.classes, largest: collection.classNames.count - 1,
      of: "'\(collection.place)'")
    key = Self.key(collection, request, channels: channels)
  }

  /// What the images are and their form; not where they are.
  private static func key(_ collection: any ImageCollection, _ request: ImageSpecification, channels: Int) -> String {
    let hash = Fingerprint()
    hash.update(CacheContents.format)
    for number in [request.resolution, channels, request.skipsBadImages ? 1 : 0, collection.count] {
      hash.update(number)
    }
    hash.update(request.resize.rawValue)
    // Caches of earlier versions hold images as they are stored.
    if request.orientation == .apply { hash.update("oriented") }
    for name in collection.classNames { hash.update(name) }
    collection.identify(hash)
    return hash.hexadecimal
  }

  /// The images in the same form, for another file than a cache.
  var preparation: ImagePreparation {
    var request = request
    // Whether bad images are left out changes no other.
    request.skipsBadImages = false
    return ImagePreparation(
      collection, request, channels: channels, key: Self.key(collection, request, channels: channels))
  }

  /// Number of images in the collection.
  var count: Int { collection.count }

  /// Where the decoded images are or shall be.
  func path(in folder: String) -> String { folder + "/" + fileName }

  private static let suffix = ".safetensors"

  private var fileName: String { key + Self.suffix }

  private var lockName: String { key + ".lock" }

  /// The key in a name such as caches have; `nil` in others.
  static func key(ofName name: String) -> String? {
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
      summary.findings = collection.findings
      return StoredImages(
        "\(collection.title), \(labels.count) images as \(side)×\(side), from '\(path)'",
        .file(
          pixels, offset: try file.place(of: "images").lowerBound,
          advice: "start again (a run with --resume auto), and the images are decoded anew"), labels: labels,
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
    var decoding = try ImageDecoding(
      ImagePreparation(collection, request, channels: channels, key: key), request, folder, name: fileName)
    access.report(.decoding(images: count, cache: path(in: folder.path)))
    try decoding.run(access)
    try decoding.finish()
  }
}
