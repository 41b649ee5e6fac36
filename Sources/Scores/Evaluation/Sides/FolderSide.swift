package import DataParallel
internal import Datasets
internal import Files
internal import Formats
internal import Images

/// The JPEG and PNG images of a folder and of those in it, or of a zip file: any program's samples.
///
/// If all images lie in folders, these are their classes. All images have one size; they are decoded as they are asked for.
package struct FolderSide: PixelSource {
  package let description: String
  package let fingerprint: String
  package let height: Int
  package let width: Int
  package let channels: Int
  package let classNames: [String]
  package let originalOrder: [Int]?
  /// What people should know of the images.
  package let warnings: [String]
  /// How many of the images are JPEG files, which have lost some of their pixels' bits.
  package let lossyCount: Int
  private let store: ImageFiles
  private let files: [File]

  package var count: Int { files.count }

  private struct File {
    let path: String
    let label: Int
  }

  /// Looks at a folder; all ranks call it.
  ///
  /// - Parameters:
  ///   - path: The folder, or a zip file.
  ///   - count: How many of its images, chosen by an order that has nothing to do with names; all where `nil`.
  ///   - tool: The program whose choice of files is repeated.
  ///   - option: What messages call `count`.
  ///   - replicas: The ranks, which share the reading of the files.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package init(
    _ path: String, count: Int? = nil, like tool: ScoringTool? = nil, option: String = "--samples",
    replicas: ReplicaGroup
  ) throws {
    let (store, paths, usual) = try replicas.agree {
      let isFolder = FileStatus(path)?.isFolder ?? true
      let store: ImageFiles = isFolder ? .folder(path) : .archive(try ZipArchive(path: path))
      let paths = try Self.checked(store, like: tool)
      return (store, paths, tool == nil ? paths.count : try store.names(FileRule(like: nil)).count)
    }
    try replicas.agree {
      if let count, count > paths.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(count)) images in '\(path)' and found \(grouped(paths.count)); ask for fewer with \(option)"
        )
      }
    }
    try replicas.checkSame(paths, at: path)
    self.store = store
    let areInFolders = paths.allSatisfy { $0.contains("/") }
    let names = areInFolders ? Array(Set(paths.map(Self.firstFolder))) : []
    classNames = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    var order = SampleOrder(seed: 0, count: paths.count)
    let taken = (0..<(count ?? paths.count)).map { order.index(ofSample: $0) }
    originalOrder = taken.indices.sorted { taken[$0] < taken[$1] }
    files = taken.map { File(path: paths[$0], label: labels[Self.firstFolder(paths[$0])] ?? 0) }
    let (hashes, lossy) = try Self.look(at: files.map(\.path), in: store, like: tool, replicas)
    let hash = Fingerprint()
    for (file, value) in zip(files, hashes) {
      hash.update(Int(bitPattern: UInt(value)))
      hash.update(file.label)
    }
    fingerprint = hash.hexadecimal
    lossyCount = lossy
    let first = try replicas.agree { [files] in try store.image(files[0].path) }
    (height, width, channels) = (first.height, first.width, first.channels)
    description = "\(grouped(files.count)) images of \(first.height)×\(first.width) from '\(path)'"
    var warnings: [String] = []
    let repeated = hashes.count - Set(hashes).count
    if repeated > 0 {
      warnings.append("\(grouped(repeated)) of the images of '\(path)' have the same bytes as another one")
    }
    if let tool, usual > paths.count {
      warnings.append(
        "\(tool.rawValue) passes over \(grouped(usual - paths.count)) of the \(grouped(usual)) images of '\(path)', as it does not look "
          + "into folders or at endings in capitals: they are left out")
    }
    self.warnings = warnings
  }

  private static func firstFolder(_ path: String) -> String {
    path.firstIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The names of the images; there is one at least, and all can be read.
  private static func checked(_ store: ImageFiles, like tool: ScoringTool?) throws -> [String] {
    let names = try store.names(FileRule(like: tool))
    if names.isEmpty {
      let others = tool == nil ? [] : try store.names(FileRule(like: nil))
      guard others.isEmpty else {
        throw DatasetError(
          .malformed,
          "expected images that \(tool?.rawValue ?? "") reads in '\(store.path)' and found \(grouped(others.count)) that it passes "
            + "over, '\(others[0])' the first; name the folder that holds them, with endings such as .png")
      }
      throw DatasetError(
        .malformed,
        "expected JPEG or PNG images in '\(store.path)' and found none; name the folder that holds them, or convert them, for "
          + "instance with 'mogrify -format png'")
    }
    if let tool, let other = names.first(where: { !FileRule.isReadable($0) }) {
      throw DatasetError(
        .malformed,
        "expected JPEG and PNG images alone in '\(store.path)' and found '\(other)', which \(tool.rawValue) would score, too; convert it, "
          + "for instance with 'mogrify -format png', or remove it")
    }
    return names
  }

  /// A checksum of the bytes of each file, and how many files are JPEG; every rank reads its share.
  private static func look(
    at paths: [String], in store: ImageFiles, like tool: ScoringTool?, _ replicas: ReplicaGroup
  ) throws -> (hashes: [UInt64], lossy: Int) {
    let plan = BlockPlan(count: paths.count)
    let (hashes, lossy) = try replicas.agree {
      var (hashes, lossy) = ([UInt64](), 0)
      for index in plan.images(ofRank: replicas.rank, of: replicas.size) {
        let bytes = try store.bytes(paths[index])
        hashes.append(bytes.withUnsafeBytes { Fingerprint.hash64($0) })
        if bytes.starts(with: [0xFF, 0xD8]) { lossy += 1 }
        if let tool, let kind = PNGKind(bytes).oddity {
          throw FileError(
            .malformed,
            "expected images of 8 bits without transparency for --like \(tool.rawValue) and found \(kind) in "
              + "'\(store.place(paths[index]))', which programs read each in their own way; convert it, for instance with "
              + "'mogrify -alpha off -depth 8'")
        }
      }
      return (hashes, lossy)
    }
    return (replicas.joined(hashes), replicas.joined([lossy]).reduce(0, +))
  }

  package func label(_ index: Int) -> Int { files[index].label }

  package func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    for index in range {
      let image = try store.image(files[index].path)
      guard (image.height, image.width) == (height, width), image.channels <= channels || image.channels == channels
      else {
        throw FileError(
          .malformed,
          "expected images of one size and found \(height)×\(width)×\(channels) and, in '\(store.place(files[index].path))', "
            + "\(image.height)×\(image.width)×\(image.channels); scores of images of several sizes mean nothing: make them equal, "
            + "for instance with ImageMagick's 'mogrify -resize \(width)x\(height)!'")
      }
      let bytes = image.channels == channels ? image.pixels : image.colours().pixels
      let start = (index - range.lowerBound) * imageSize
      for place in 0..<imageSize { pixels[start + place] = bytes[place] }
    }
  }
}
