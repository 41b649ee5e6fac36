internal import Files
internal import Formats
internal import Images

/// `webdataset:DIR/name-{000..099}.tar`: shards of WebDataset, tar files in which what belongs to a sample lies together.
///
/// Members that follow each other and share their name up to its first point are a sample: an image (jpg, png, webp) and its class, a
/// whole number in `cls`, or `label` or `cls` in `json`.
struct WebDataset: ImageCollection {
  private struct Image {
    let shard: Int32
    let label: Int32
    let member: TarFile.Member
  }

  /// What error messages call a shard.
  static let noun = "a tar file"
  /// The most bytes of what says the class.
  private static let labelLimit = 1 << 20
  private static let imageEndings = ["jpg", "jpeg", "png", "webp"]

  let place: String
  private(set) var classNames: [String] = []
  private(set) var findings = FolderFindings()
  private let paths: [String]
  private var identities: [FileIdentity] = []
  private var images: [Image] = []

  /// Walks over the shards.
  init(_ pattern: String) throws(DatasetError) {
    place = pattern
    paths = try ShardPattern.paths(pattern)
    let missing = paths.filter { FileStatus($0) == nil }
    if let first = missing.first {
      throw DatasetError(
        .file(.missing),
        missing.count == paths.count
          ? "expected tar files at '\(pattern)' and found " + NearMiss.atMissing(first)
          : "expected \(grouped(paths.count)) tar files at '\(pattern)' and found \(grouped(paths.count - missing.count)): '\(first)' "
            + "is missing; copy all of them, or choose another range")
    }
    for (shard, path) in paths.enumerated() {
      let (file, identity) = try FileIdentity.opened(path, Self.noun) { (path) throws(FileError) in
        try TarFile(path: path)
      }
      identities.append(identity)
      do throws(FileError) {
        try collect(file, Int32(shard))
      } catch {
        throw DatasetError(error)
      }
    }
    guard !images.isEmpty else {
      throw DatasetError(
        .malformed,
        "expected samples with an image (\(Self.imageEndings.map { "." + $0 }.joined(separator: ", "))) in '\(pattern)' and found "
          + (findings.ignoredCount > 0 ? "\(findings.endings)" : "none") + "; check what files these are")
    }
    classNames = numberedClasses(images.map(\.label))
  }

  /// Takes the samples of a shard in.
  private mutating func collect(_ file: TarFile, _ shard: Int32) throws(FileError) {
    let members = file.members.filter { member in
      // What systems put beside files, such as ._photo.jpg, is nobody's sample.
      let isSystems = InnerName.parts(member.name).contains { SystemNames.contains(String($0)) }
      if isSystems { findings.passedOver.add(member.name) }
      return !isSystems
    }
    var first = 0
    while first < members.count {
      let key = Self.key(members[first].name)
      var end = first + 1
      while end < members.count, Self.key(members[end].name).utf8.elementsEqual(key.utf8) { end += 1 }
      try add(members[first..<end], of: file, key, shard)
      first = end
    }
  }

  private mutating func add(
    _ members: ArraySlice<TarFile.Member>, of file: TarFile, _ key: Substring, _ shard: Int32
  ) throws(FileError) {
    var (image, label, other): (TarFile.Member?, Int?, Int?) = (nil, nil, nil)
    var endings: Set<String> = []
    for member in members {
      let ending = Self.ending(member.name)
      if Self.imageEndings.contains(ending) {
        guard image == nil else {
          throw fault(key, shard, "has two images, '\(image?.name ?? "")' and '\(member.name)'")
        }
        image = member
      } else if ending == "cls" || ending == "json" {
        guard member.range.count <= Self.labelLimit else {
          throw fault(key, shard, "has \(grouped(member.range.count)) bytes in '\(member.name)'")
        }
        guard endings.insert(ending).inserted else { throw fault(key, shard, "has two members '.\(ending)'") }
        let bytes = try file.bytes(of: member)
        if ending == "cls" { label = Self.number(bytes) ?? -1 } else { other = Self.label(json: bytes) }
      } else {
        findings.ignore(member.name)
      }
    }
    guard let image else { return }
    guard let number = label ?? other else {
      throw fault(key, shard, "has no class, neither a whole number in .cls nor one as 'label' or 'cls' in .json")
    }
    guard let label = ClassLabel.label(number) else {
      throw fault(key, shard, "has a class that is no whole number from \(ClassLabel.range)")
    }
    if let other, other != number { throw fault(key, shard, "has class \(number) in .cls and \(other) in .json") }
    images.append(Image(shard: shard, label: label, member: image))
  }

  private func fault(_ key: Substring, _ shard: Int32, _ text: String) -> FileError {
    FileError(
      .malformed, "the sample '\(key)' in '\(paths[Int(shard)])' \(text); write the shard again")
  }

  /// A name up to the first point of its last part.
  private static func key(_ name: String) -> Substring {
    let bytes = name.utf8
    let start = bytes.lastIndex(of: UInt8(ascii: "/")) ?? name.startIndex
    return name[..<(bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex)]
  }

  /// What follows the last point of a name, in small letters.
  private static func ending(_ name: String) -> String {
    name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  /// A whole number between spaces and line ends.
  private static func number(_ bytes: [UInt8]) -> Int? {
    let isSpace = { (byte: UInt8) in [9, 10, 13, 32].contains(byte) }
    let digits = bytes.drop(while: isSpace).prefix { !isSpace($0) }
    guard !digits.isEmpty, digits.count <= 9, bytes.count <= 64, bytes[digits.endIndex...].allSatisfy(isSpace) else {
      return nil
    }
    return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }

  private struct Annotation: Decodable {
    let label: Int?
    let cls: Int?
  }

  private static func label(json bytes: [UInt8]) -> Int? {
    guard let annotation = try? JSONText.decode(Annotation.self, from: bytes) else { return nil }
    return annotation.label ?? annotation.cls
  }

  // MARK: The images

  var title: String { "WebDataset '\(place)'" }
  var count: Int { images.count }
  func label(_ index: Int) -> Int32 { images[index].label }
  func name(_ index: Int) -> String {
    Directory.split(paths[Int(images[index].shard)]).name + "/" + images[index].member.name
  }

  func identify(_ hash: Fingerprint) {
    hash.update("webdataset")
    for identity in identities { identity.update(hash) }
  }

  func reader() throws(FileError) -> any ImageReader { Reader(collection: self) }

  private struct Reader: ImageReader {
    let collection: WebDataset

    func read(_ index: Int) throws(FileError) -> ImageReading {
      let image = collection.images[index]
      guard image.member.range.count <= DecodedImage.fileLimit else {
        throw FileError(
          .malformed,
          "expected at most \(grouped(DecodedImage.fileLimit)) bytes in '\(collection.name(index))'; check what file that is"
        )
      }
      // Opened for each image: there may be more shards than a process may have files open.
      let bytes = try InputFile(path: collection.paths[Int(image.shard)]).elements(
        of: UInt8.self, count: image.member.range.count, at: image.member.range.lowerBound)
      return try ImageReading(bytes, name: collection.name(index))
    }
  }
}
