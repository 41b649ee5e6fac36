internal import Files

/// The images of a folder that has a folder for each class: names, sizes and times, without a look into the files.
///
/// Classes are in the order of the bytes of their names, and the images of a class in that of their paths within it, so
/// that the order is the same everywhere. Folders within a class are searched, links followed, hidden names ignored.
struct FolderListing: Sendable {
  /// A file whose name says that it is an image.
  struct Image: Sendable {
    /// Relative to the folder.
    let path: String
    let label: Int32
    let byteCount: Int
    /// Nanoseconds since 1970.
    let modified: Int
  }

  /// The folder.
  let directory: String
  /// The names of the class folders.
  let classNames: [String]
  /// All images, class by class.
  let images: [Image]
  /// Files that are no images, or in no class folder.
  let ignored: Int

  /// Lists a folder.
  ///
  /// - Parameter directory: The folder.
  /// - Throws: `DatasetError` when it cannot be read, has no class folders, or a class folder has no images.
  init(_ directory: String) throws(DatasetError) {
    self.directory = directory
    var search = FolderSearch(directory)
    var classes = try search.entries("").filter { name, status in
      if status?.isFolder == true { return true }
      search.ignored += 1
      return false
    }
    classes.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    guard !classes.isEmpty else {
      throw DatasetError(
        .malformed,
        "expected a folder for each class in '\(directory)' and found \(search.ignored) files and no folder; put the "
          + "images of each class into a folder of its own")
    }
    classNames = classes.map(\.name)
    var all: [Image] = []
    var empty: [String] = []
    for (label, entry) in classes.enumerated() {
      var found: [Image] = []
      try search.collect(entry.name, label: Int32(label), into: &found)
      if found.isEmpty { empty.append(directory + "/" + entry.name) }
      all += found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }
    if let first = empty.first {
      throw DatasetError(
        .malformed,
        "expected images (\(FolderSearch.endings.joined(separator: ", "))) in every class folder and found none in "
          + "'\(first)'\(empty.count > 1 ? " and \(empty.count - 1) others" : ""); add images, or remove the folder")
    }
    guard all.count <= Int(UInt32.max) else {
      throw DatasetError(
        .malformed, "expected at most \(UInt32.max) images in '\(directory)' and found \(all.count); use fewer")
    }
    images = all
    ignored = search.ignored
  }
}

/// A walk through folders.
private struct FolderSearch {
  /// What ends the names of images, in any case.
  static let endings = [".jpg", ".jpeg", ".png"]

  private let root: String
  /// Files that are no images.
  var ignored = 0
  /// The folders that the present one lies in: a link to one of them would lead round in circles.
  private var ancestors: [FileStatus] = []

  init(_ root: String) { self.root = root }

  /// Appends the images below a folder.
  mutating func collect(_ folder: String, label: Int32, into images: inout [FolderListing.Image]) throws(DatasetError) {
    for (name, status) in try entries(folder) {
      let path = folder + "/" + name
      if let status, status.isFolder {
        guard !ancestors.contains(where: status.isSame) else { continue }
        ancestors.append(status)
        try collect(path, label: label, into: &images)
        ancestors.removeLast()
      } else if Self.endings.contains(where: { name.lowercased().hasSuffix($0) }) {
        // A link that leads nowhere is a file that cannot be read, which is found out when it is read.
        images.append(
          FolderListing.Image(
            path: path, label: label, byteCount: status?.byteCount ?? -1, modified: status?.modified ?? 0))
      } else {
        ignored += 1
      }
    }
  }

  /// What is in a folder, but for hidden names, in no order.
  func entries(_ folder: String) throws(DatasetError) -> [(name: String, status: FileStatus?)] {
    let path = folder.isEmpty ? root : root + "/" + folder
    let names: [String?]
    do throws(FileError) {
      names = try Directory.names(in: path)
    } catch {
      guard error.kind == .missing else { throw DatasetError(error) }
      throw DatasetError(
        .file(.missing), "expected a folder with a folder for each class at '\(path)' and found none; check the path")
    }
    var result: [(String, FileStatus?)] = []
    for name in names {
      guard let name else {
        throw DatasetError(
          .malformed, "expected names in UTF-8 in '\(path)' and found another one; rename the files in that folder")
      }
      if !name.hasPrefix(".") { result.append((name, FileStatus(path + "/" + name))) }
    }
    return result
  }
}
