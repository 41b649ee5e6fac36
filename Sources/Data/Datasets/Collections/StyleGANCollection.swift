internal import Files
internal import Formats
internal import Images

/// `stylegan:DIR` or `stylegan:FILE.zip`: images whose classes are listed in `dataset.json`, as StyleGAN's programs prepare them.
struct StyleGANCollection: ImageCollection {
  static let listName = "dataset.json"

  let place: String
  let classNames: [String]
  private let list: StyleGANLabels
  private let identity: FileIdentity
  /// None where the images lie in a folder.
  private let archive: ZipArchive?
  /// Length and time of each image of a folder.
  private var files: [(byteCount: Int, modified: Int)] = []

  /// Reads the list, and looks for the images in it.
  init(_ path: String) throws(DatasetError) {
    place = path
    let what = "a folder or zip file with \(Self.listName)"
    guard let status = FileStatus(path) else {
      throw DatasetError(.file(.missing), "expected \(what) at '\(path)' and found \(NearMiss.atMissing(path))")
    }
    do throws(FileError) {
      if status.isFolder {
        archive = nil
        let name = path + "/" + Self.listName
        guard FileStatus(name) != nil else { throw NearMiss.withoutList(path) }
        list = try StyleGANLabels(try InputFile(path: name).bytes(limit: StyleGANLabels.byteLimit), path: name)
        identity = FileIdentity(name)
      } else {
        let archive = try ZipArchive(path: path)
        guard let member = archive[Self.listName] else {
          throw FileError(
            .malformed,
            "expected '\(Self.listName)' in '\(path)' and found \(counted(archive.members.count, "member")) without it; unpack it, "
              + "and name the folder as folder:DIR if it has a folder for each class")
        }
        self.archive = archive
        list = try StyleGANLabels(
          try archive.bytes(of: member, limit: StyleGANLabels.byteLimit), path: "\(path)/\(Self.listName)")
        identity = FileIdentity(path)
      }
    } catch {
      throw DatasetError(error)
    }
    classNames = (0...(list.images.map(\.label).max() ?? 0)).map(String.init)
    try findImages()
  }

  private mutating func findImages() throws(DatasetError) {
    // Images of a folder follow each other.
    var inside: Substring?
    for image in list.images {
      let isThere: Bool
      if let archive {
        isThere = archive[image.name] != nil
      } else {
        let folder = image.name[..<(image.name.utf8.lastIndex(of: UInt8(ascii: "/")) ?? image.name.startIndex)]
        if inside?.utf8.elementsEqual(folder.utf8) != true { try expectInside(folder) }
        inside = folder
        let status = FileStatus(place + "/" + image.name)
        isThere = status?.isFolder == false
        files.append((status?.byteCount ?? -1, status?.modified ?? 0))
      }
      guard isThere else {
        throw DatasetError(
          .file(.missing),
          "expected the image '\(image.name)', which '\(Self.listName)' lists, in '\(place)' and found none; copy all images, or "
            + "list those that are there")
      }
    }
  }

  /// Refuses a folder that is, or lies in, a link out of the data set.
  private func expectInside(_ folder: Substring) throws(DatasetError) {
    guard let root = Directory.realPath(place), let target = Directory.realPath(place + "/" + folder),
      target != root, !target.utf8.starts(with: (root == "/" ? root : root + "/").utf8)
    else { return }
    throw DatasetError(
      .malformed,
      "expected the folder '\(folder)', which '\(Self.listName)' lists images of, in '\(place)' and found a link out of it, to "
        + "'\(target)'; copy what it leads to, or list the images there")
  }

  var title: String { "StyleGAN's \(archive == nil ? "folder" : "zip file") '\(place)'" }
  var count: Int { list.images.count }
  func label(_ index: Int) -> Int32 { Int32(list.images[index].label) }
  func name(_ index: Int) -> String { list.images[index].name }

  func identify(_ hash: Fingerprint) {
    hash.update("stylegan")
    identity.update(hash)
    for (index, file) in files.enumerated() {
      hash.update(list.images[index].name)
      hash.update(file.byteCount)
      hash.update(file.modified)
    }
  }

  func reader() throws(FileError) -> any ImageReader { Reader(collection: self) }

  private struct Reader: ImageReader {
    let collection: StyleGANCollection

    func read(_ index: Int) throws(FileError) -> ImageReading {
      let path = collection.place + "/" + collection.name(index)
      guard let archive = collection.archive, let member = archive[collection.name(index)] else {
        return try ImageReading(path: path)
      }
      return try ImageReading(try archive.bytes(of: member, limit: DecodedImage.fileLimit), name: path)
    }
  }
}
