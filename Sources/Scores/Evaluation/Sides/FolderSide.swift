package import DataParallel
internal import Datasets
internal import Files
internal import Images

/// The JPEG and PNG images of a folder and of those in it: any program's samples.
///
/// If all images lie in folders of the folder, these are their classes. All images have one size; they are decoded as they are asked
/// for.
package struct FolderSide: PixelSource {
  package let description: String
  package let fingerprint: String
  package let height: Int
  package let width: Int
  package let channels: Int
  package let classNames: [String]
  /// What people should know of the images.
  package let warnings: [String]
  /// How many of the images are JPEG files, which have lost some of their pixels' bits.
  package let lossyCount: Int
  private let directory: String
  private let files: [File]

  package var count: Int { files.count }

  private struct File {
    let path: String
    let label: Int
  }

  /// Looks at a folder; all ranks call it.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - count: How many of its images, chosen by an order that has nothing to do with names; all where `nil`.
  ///   - replicas: The ranks, which share the reading of the files.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package init(_ directory: String, count: Int? = nil, replicas: ReplicaGroup) throws {
    self.directory = directory
    let paths = try replicas.agree { try Self.paths(directory, "") }
    try replicas.agree {
      guard !paths.isEmpty else {
        throw DatasetError(
          .malformed,
          "expected JPEG or PNG images in '\(directory)' and found none; name the folder that holds them, or convert them, for "
            + "instance with 'mogrify -format png'")
      }
      if let count, count > paths.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(count)) images in '\(directory)' and found \(grouped(paths.count)); ask for fewer with --samples"
        )
      }
    }
    let areInFolders = paths.allSatisfy { $0.contains("/") }
    let names = areInFolders ? Array(Set(paths.map(Self.firstFolder))) : []
    classNames = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    var order = SampleOrder(seed: 0, count: paths.count)
    files = (0..<(count ?? paths.count)).map { place in
      let path = paths[order.index(ofSample: place)]
      return File(path: path, label: labels[Self.firstFolder(path)] ?? 0)
    }
    let (hashes, lossy) = try Self.look(at: files.map { directory + "/" + $0.path }, replicas)
    let hash = Fingerprint()
    for (file, value) in zip(files, hashes) {
      hash.update(Int(bitPattern: UInt(value)))
      hash.update(file.label)
    }
    fingerprint = hash.hexadecimal
    lossyCount = lossy
    let first = try replicas.agree { [directory, files] in
      try DecodedImage.read(path: directory + "/" + files[0].path).image
    }
    (height, width, channels) = (first.height, first.width, first.channels)
    description = "\(grouped(files.count)) images of \(first.height)×\(first.width) from '\(directory)'"
    var warnings: [String] = []
    let repeated = hashes.count - Set(hashes).count
    if repeated > 0 {
      warnings.append("\(grouped(repeated)) of the images of '\(directory)' have the same bytes as another one")
    }
    self.warnings = warnings
  }

  private static func firstFolder(_ path: String) -> String {
    path.firstIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The images below a folder, in the order of the bytes of their paths.
  private static func paths(_ root: String, _ folder: String, depth: Int = 0) throws -> [String] {
    let place = folder.isEmpty ? root : root + "/" + folder
    guard depth < 32 else {
      throw DatasetError(
        .malformed, "expected at most 32 folders in each other in '\(root)' and found more; check its links")
    }
    var result: [String] = []
    let names = try Directory.names(in: place).compactMap { $0 }.filter { !$0.hasPrefix(".") }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = folder.isEmpty ? name : folder + "/" + name
      guard case .present(let status, let isLink) = FolderEntry(place + "/" + name) else { continue }
      if status.isFolder {
        // A link may lead to a folder that it lies in.
        if !isLink { result += try paths(root, path, depth: depth + 1) }
      } else if [".png", ".jpg", ".jpeg"].contains(where: name.lowercased().hasSuffix) {
        result.append(path)
      }
    }
    return result
  }

  /// A checksum of the bytes of each file, and how many files are JPEG; every rank reads its share.
  private static func look(at paths: [String], _ replicas: ReplicaGroup) throws -> (hashes: [UInt64], lossy: Int) {
    let plan = BlockPlan(count: paths.count)
    var hashes = [UInt64](repeating: 0, count: paths.count)
    var lossy = [UInt64](repeating: 0, count: replicas.size)
    try replicas.agree {
      for index in plan.images(ofRank: replicas.rank, of: replicas.size) {
        let bytes = try InputFile(path: paths[index]).bytes(limit: DecodedImage.fileLimit)
        hashes[index] = bytes.withUnsafeBytes { Fingerprint.hash64($0) }
        if bytes.starts(with: [0xFF, 0xD8]) { lossy[replicas.rank] += 1 }
      }
    }
    hashes.withUnsafeMutableBufferPointer { hashes in
      for rank in 0..<replicas.size {
        let own = plan.images(ofRank: rank, of: replicas.size)
        replicas.broadcast(
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: hashes[own])), from: rank)
      }
    }
    lossy.withUnsafeMutableBufferPointer { lossy in
      for rank in 0..<replicas.size {
        replicas.broadcast(
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: lossy[rank..<rank + 1])), from: rank)
      }
    }
    return (hashes, Int(lossy.reduce(0, +)))
  }

  package func label(_ index: Int) -> Int { files[index].label }

  package func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    for index in range {
      let path = directory + "/" + files[index].path
      let image = try DecodedImage.read(path: path).image
      guard (image.height, image.width) == (height, width), image.channels <= channels || image.channels == channels
      else {
        throw FileError(
          .malformed,
          "expected images of one size and found \(height)×\(width)×\(channels) and, in '\(path)', "
            + "\(image.height)×\(image.width)×\(image.channels); scores of images of several sizes mean nothing: make them equal, "
            + "for instance with ImageMagick's 'mogrify -resize \(width)x\(height)!'")
      }
      let bytes = image.channels == channels ? image.pixels : image.colours().pixels
      let start = (index - range.lowerBound) * imageSize
      for place in 0..<imageSize { pixels[start + place] = bytes[place] }
    }
  }
}
