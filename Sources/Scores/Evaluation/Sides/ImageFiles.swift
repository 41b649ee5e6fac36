internal import Datasets
internal import Files
internal import Formats
internal import Images

/// Encoded images by their names: the files of a folder, or the members of a zip file.
enum ImageFiles: Sendable {
  case folder(String)
  case archive(ZipArchive)

  /// Where they are, for people.
  var path: String {
    switch self {
    case .folder(let path): path
    case .archive(let archive): archive.path
    }
  }

  /// The content of an image file.
  func bytes(_ name: String) throws(FileError) -> [UInt8] {
    switch self {
    case .folder(let path): return try InputFile(path: path + "/" + name).bytes(limit: DecodedImage.fileLimit)
    case .archive(let archive):
      guard let member = archive[name] else { preconditionFailure("no member \(name) in \(archive.path)") }
      return try archive.bytes(of: member, limit: DecodedImage.fileLimit)
    }
  }

  /// What messages call an image.
  func place(_ name: String) -> String { path + "/" + name }

  /// An image.
  func image(_ name: String) throws(FileError) -> DecodedImage { try DecodedImage(try bytes(name), name: place(name)) }

  /// Names of the images, in the order of the rule.
  ///
  /// - Parameter rule: Which files are images.
  /// - Returns: The names, with folders before them.
  /// - Throws: `FileError` or `DatasetError` where they cannot be listed.
  func names(_ rule: FileRule) throws -> [String] {
    switch self {
    case .archive(let archive):
      let names = archive.members.map(\.name).filter { name in
        let parts = name.split(separator: "/").map(String.init)
        return (rule.isRecursive || parts.count == 1) && (parts.last.map(rule.takes) ?? false)
          && (rule.takesHidden || !parts.contains { $0.hasPrefix(".") || $0 == "__MACOSX" })
      }
      return names.sorted(by: Self.precedes)
    case .folder(let path):
      let names = try Self.list(path, "", rule).sorted(by: Self.precedes)
      guard rule.sortsByRealPath else { return names }
      return names.map { (name: $0, real: Directory.realPath(path + "/" + $0) ?? $0) }
        .sorted { Self.precedes($0.real, $1.real) }.map(\.name)
    }
  }

  /// By bytes, as Python compares texts.
  private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  private static func list(_ root: String, _ folder: String, _ rule: FileRule, depth: Int = 0) throws -> [String] {
    let place = folder.isEmpty ? root : root + "/" + folder
    guard depth < 32 else {
      throw DatasetError(
        .malformed, "expected at most 32 folders in each other in '\(root)' and found more; check its links")
    }
    var result: [String] = []
    for name in try FolderNames.sorted(in: place) where rule.takesHidden || !name.hasPrefix(".") {
      let path = folder.isEmpty ? name : folder + "/" + name
      guard case .present(let status, let isLink) = FolderEntry(place + "/" + name) else { continue }
      if status.isFolder {
        // A link may lead to a folder that it lies in.
        if rule.isRecursive, !isLink || rule.followsLinks { result += try list(root, path, rule, depth: depth + 1) }
      } else if rule.takes(name) {
        result.append(path)
      }
    }
    return result
  }
}
