internal import Files
internal import Formats
internal import Images

/// `tfrecord:DIR`: all TFRecord files in a folder, in the order of the bytes of their names.
///
/// `tfrecord:DIR/train` are those whose names begin with `train-`, as TensorFlow's converters number them; a file's own name is that
/// file.
struct TFRecordCollection: ImageCollection {
  private struct Image {
    let file: Int32
    let number: Int32
    let label: Int32
    let image: TFRecordImages.Image
  }

  private static let endings = [".tfrecord", ".tfrecords"]

  let place: String
  private(set) var classNames: [String] = []
  private(set) var findings = FolderFindings()
  private var paths: [String] = []
  private var identities: [FileIdentity] = []
  private var images: [Image] = []
  /// Whether classes are one less than in the files, where no image has class 0.
  private let beginsAtOne: Bool

  /// Lists all files.
  init(_ path: String) throws(DatasetError) {
    place = path
    paths = try Self.paths(path, &findings)
    var isSlashed = false
    var files: [TFRecordImages] = []
    for path in paths {
      let (file, identity) = try FileIdentity.opened(path, "a TFRecord file") { (path) throws(FileError) in
        try TFRecordImages(path: path)
      }
      identities.append(identity)
      files.append(file)
      isSlashed = isSlashed || file.hasSlashes
    }
    let smallest = files.compactMap { $0.images.lazy.map(\.label).min() }.min() ?? 0
    beginsAtOne = isSlashed && smallest == 1
    for (place, file) in files.enumerated() {
      for (number, image) in file.images.enumerated() {
        let label = image.label - (beginsAtOne ? 1 : 0)
        guard let label = ClassLabel.label(label) else {
          throw DatasetError(
            .malformed,
            "expected labels from \(ClassLabel.range) in '\(paths[place])' and found \(image.label) in record \(number); write the labels of "
              + "these images")
        }
        images.append(Image(file: Int32(place), number: Int32(clamping: number), label: label, image: image))
      }
    }
    guard !images.isEmpty else {
      throw DatasetError(.malformed, "expected records in '\(path)' and found none; check what files these are")
    }
    classNames = numberedClasses(images.map(\.label))
  }

  /// The files that a path means.
  private static func paths(_ path: String, _ findings: inout FolderFindings) throws(DatasetError) -> [String] {
    let status = FileStatus(path)
    if status?.isFolder == false { return [path] }
    var (folder, prefix) = (path, "")
    if status == nil {
      let parts = Directory.split(path)
      (folder, prefix) = (parts.folder, parts.name + "-")
    }
    let names: [String]
    do throws(FileError) {
      names = try FolderNames.sorted(in: folder).filter {
        !SystemNames.contains($0) && $0.utf8.starts(with: prefix.utf8)
      }
    } catch {
      guard error.kind == .missing else { throw DatasetError(error) }
      throw DatasetError(
        .file(.missing), "expected a folder of TFRecord files at '\(path)' and found \(NearMiss.atMissing(path))")
    }
    let splits = try splits(of: names, in: folder)
    var records: [String] = []
    for name in names {
      let numbered = numbers(name)
      guard numbered != nil || endings.contains(where: name.hasSuffix) else {
        findings.ignore(name)
        continue
      }
      records.append(folder + "/" + name)
    }
    guard !records.isEmpty else {
      throw DatasetError(
        .file(.missing),
        "expected TFRecord files (.tfrecord, .tfrecords or NAME-00000-of-00010) at '\(path)' and found "
          + (status == nil
            ? NearMiss.atMissing(path) : FolderContents(folder).text + "; name the folder that holds them"))
    }
    guard splits.count <= 1 else {
      throw DatasetError(
        .malformed,
        "expected the files of one set in '\(path)' and found those of \(Tally(splits).text); name one of them, for instance "
          + "with --data tfrecord:\(path)/\(splits.contains("train") ? "train" : splits[0])")
    }
    return records
  }

  /// What the names of numbered files begin with; all of a set have to be there, each once.
  private static func splits(of names: [String], in folder: String) throws(DatasetError) -> [String] {
    var sets: [[String]: [Int: String]] = [:]
    for name in names {
      guard let (start, number, count) = numbers(name) else { continue }
      let set = [start, String(count)]
      if let other = sets[set]?[number] {
        throw DatasetError(
          .malformed,
          "expected one file with number \(number) of \(grouped(count)) in '\(folder)' and found '\(other)' and '\(name)'; "
            + "remove one of them")
      }
      guard number < count else {
        throw DatasetError(
          .malformed,
          "expected a number below \(grouped(count)) in the name '\(name)' in '\(folder)' and found \(grouped(number)); "
            + "give the file its right name")
      }
      sets[set, default: [:]][number] = name
    }
    for (set, found) in sets.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let count = Int(set[1]), found.count < count, let missing = (0..<count).first(where: { found[$0] == nil })
      else { continue }
      throw DatasetError(
        .file(.missing),
        "expected \(grouped(count)) files '\(set[0])-…-of-…' in '\(folder)' and found \(grouped(found.count)), without number "
          + "\(missing); copy all of them")
    }
    return Set(sets.keys.map { $0[0] }).sorted()
  }

  /// What a name such as `train-00007-of-01024` begins with, and its numbers; `nil` for others.
  private static func numbers(_ name: String) -> (start: String, number: Int, count: Int)? {
    let ending = endings.first(where: name.hasSuffix) ?? ""
    let parts = name.dropLast(ending.count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 2] == "of", let count = number(parts[parts.count - 1]),
      let number = number(parts[parts.count - 3])
    else { return nil }
    return (parts.dropLast(3).joined(separator: "-"), number, count)
  }

  private static func number(_ text: Substring) -> Int? {
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && text.utf8.count <= 6
    return isNumber ? Int(text) : nil
  }

  // MARK: The images

  var title: String { "TFRecord files '\(place)'\(beginsAtOne ? " (labels from 1 as classes from 0)" : "")" }
  var count: Int { images.count }
  func label(_ index: Int) -> Int32 { images[index].label }
  func name(_ index: Int) -> String {
    "record \(images[index].number) of \(Directory.split(paths[Int(images[index].file)]).name)"
  }

  var channels: Int {
    images.allSatisfy { if case .raw(_, _, 1) = $0.image.content { true } else { false } } ? 1 : 3
  }

  func identify(_ hash: Fingerprint) {
    hash.update("tfrecord")
    for identity in identities { identity.update(hash) }
  }

  func reader() throws(FileError) -> any ImageReader { Reader(collection: self) }

  private struct Reader: ImageReader {
    let collection: TFRecordCollection

    func read(_ index: Int) throws(FileError) -> ImageReading {
      let image = collection.images[index]
      let path = collection.paths[Int(image.file)]
      let name = "record \(image.number) of '\(path)'"
      let bytes = try TFRecordImages.bytes(of: image.image, path: path, name: name)
      switch image.image.content {
      case .encoded: return try ImageReading(bytes, name: name)
      case .raw(let height, let width, let channels):
        return ImageReading(DecodedImage(pixels: bytes, width: width, height: height, channels: channels))
      }
    }
  }
}
