internal import Files
internal import Images

/// The images of a folder that has a folder for each class: names, sizes and times, without a look into the files.
///
/// Classes are in the order of the bytes of their names, and the images of a class in that of their paths within it, so
/// that the order is the same everywhere.
struct FolderListing: ImageCollection {
  /// A file whose name says that it is an image.
  struct Image: Sendable {
    /// Relative to the folder.
    let path: String
    let label: Int32
    let byteCount: Int
    /// Nanoseconds since 1970.
    let modified: Int
    /// Which file it is; `nil` where there is none.
    let identity: FileStatus.Identity?
    /// Whether another name may lead to the same file.
    var mayRepeat = false
  }

  /// The folder.
  let directory: String
  /// The names of the class folders.
  let classNames: [String]
  /// All images, class by class.
  let images: [Image]
  /// What else the folder holds.
  let findings: FolderFindings

  /// Lists a folder.
  ///
  /// - Parameter directory: The folder.
  /// - Throws: `DatasetError` when it cannot be read, has no class folders, or a class folder has no images.
  init(_ directory: String) throws(DatasetError) {
    self.directory = directory
    var search = try FolderSearch(directory)
    classNames = search.classNames
    guard !classNames.isEmpty else {
      throw DatasetError(
        .malformed,
        "expected a folder for each class in '\(directory)' and found "
          + NearMiss.withoutClasses(directory, search.findings))
    }
    try search.collect()
    var byClass = [[Image]](repeating: [], count: classNames.count)
    for image in search.images { byClass[Int(image.label)].append(image) }
    let empty = byClass.indices.filter { byClass[$0].isEmpty }
    if let first = empty.first {
      let others = empty.count > 1 ? " and \(empty.count - 1) others" : ""
      let folder = directory + "/" + classNames[first]
      throw DatasetError(
        .malformed,
        "expected images (\(FolderSearch.endings.joined(separator: ", "))) in every class folder and found none in "
          + "'\(folder)'\(others)" + NearMiss.inClass(folder))
    }
    for label in byClass.indices { byClass[label].sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
    let all = byClass.flatMap { $0 }
    guard all.count <= Int(UInt32.max) else {
      throw DatasetError(
        .malformed, "expected at most \(UInt32.max) images in '\(directory)' and found \(all.count); use fewer")
    }
    images = all
    var findings = search.findings
    Self.findRepeated(all, &findings)
    findings.doubt = NearMiss.doubt(directory, classNames, all)
    self.findings = findings
  }

  var title: String { "folder '\(directory)'" }
  var place: String { directory }
  var count: Int { images.count }
  var needsEveryClass: Bool { true }
  func label(_ index: Int) -> Int32 { images[index].label }
  func name(_ index: Int) -> String { images[index].path }

  /// Relative names, sizes and times.
  func identify(_ hash: Fingerprint) {
    for image in images {
      hash.update(image.path)
      hash.update(image.byteCount)
      hash.update(image.modified)
    }
  }

  func reader() throws(FileError) -> any ImageReader { Reader(listing: self) }

  private struct Reader: ImageReader {
    let listing: FolderListing

    func read(_ index: Int) throws(FileError) -> ImageReading {
      try ImageReading(path: listing.directory + "/" + listing.images[index].path)
    }
  }

  /// Counts images that are the same file as another one.
  private static func findRepeated(_ images: [Image], _ findings: inout FolderFindings) {
    guard images.contains(where: \.mayRepeat) else { return }
    var first: [FileStatus.Identity: Image] = [:]
    for image in images {
      guard let identity = image.identity else { continue }
      guard let other = first[identity] else {
        first[identity] = image
        continue
      }
      let text = "\(image.path)' = '\(other.path)"
      if other.label == image.label { findings.repeated.add(text) } else { findings.relabelled.add(text) }
    }
  }
}
