package import Files
internal import Formats

/// The file of a pack while it is being made: `NAME.part`, which several processes write, and `NAME.part.json`, which says how far
/// it has come.
///
/// The first eight bytes are a mark until the pack is whole. Then they are the length of a header, and the file gets its name. A
/// process that goes on with the work of a killed one finds in the record what was on the disk.
package final class PackFile {
  /// What a file begins with that is no pack yet: as the length of a header it would be impossible.
  static let mark = Array("saganpak".utf8)

  private let images: ImagePreparation
  private let request: ImageSpecification
  private let folder: Folder
  private let name: String
  private let file: PartialFile
  private let headerSpace: Int
  private var record: PackRecord
  /// Whether the pack is whole and lacks its name alone.
  private var isWhole = false

  /// Images that have been looked at.
  package var done: Int { isWhole ? images.count : record.progress.done }
  /// Images in the pack.
  package private(set) var good = 0
  /// What processes that share the file find in it.
  package var token: String { record.token }
  /// Where the pixels begin.
  package var dataOffset: Int { 8 + headerSpace }

  /// Begins a pack, or goes on with one that was begun.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - request: Their form.
  ///   - path: The file that it will be.
  ///   - isForced: Whether a file that is there is replaced, and one begun of other images is given up.
  /// - Throws: `DatasetError` where something else is there, another process makes it, or there is no room.
  package init(
    _ images: ImagePreparation, _ request: ImageSpecification, path: String, isForced: Bool
  ) throws(DatasetError) {
    (self.images, self.request) = (images, request)
    let place = Directory.split(path)
    name = place.name
    // Pixels begin at a page.
    headerSpace = CacheContents.headerSpace(classNames: images.classNames) + 4096 - 8
    do throws(FileError) {
      guard !place.name.isEmpty else {
        throw FileError(
          .cannotCreate, "expected the name of a file at '\(path)' and found a directory; add a name to it")
      }
      do throws(FileError) {
        folder = try Folder(place.folder)
      } catch {
        throw FileError(
          .cannotCreate, "expected a folder '\(place.folder)' to write '\(path)' into and found none; create it first")
      }
      folder.removeAbandoned()
      Self.tidy(name, in: folder)
      try Self.checkRecord(name, in: folder)
      try Self.checkSpace(8 + headerSpace + images.count * (images.imageSize + 4), for: name, in: folder)
      file = try PartialFile(name, in: folder, isReplacing: isForced, keptAs: PackRecord.partName(name))
      record = PackRecord(key: images.key, token: Self.newToken(), formerToken: "")
      try goOn(isForced: isForced)
    } catch {
      throw DatasetError(error)
    }
  }

  /// A text that no other start has.
  private static func newToken() -> String {
    var random = SystemRandomNumberGenerator()
    let fingerprint = Fingerprint()
    for _ in 0..<2 { fingerprint.update(Int(truncatingIfNeeded: random.next() as UInt64)) }
    return fingerprint.hexadecimal
  }

  /// Finds out what an earlier process left, and begins anew where that is nothing.
  private func goOn(isForced: Bool) throws(FileError) {
    let byteCount = try file.byteCount
    guard byteCount > 0 else { return try begin() }
    let head = try file.bytes(8, at: 0)
    if head == Self.mark {
      guard let found = PackRecord(name, in: folder) else { return try begin() }
      let token = try Self.token(in: file, dataOffset: dataOffset)
      if found.key == images.key, found.progress.isValid(for: images),
        byteCount >= dataOffset + found.progress.good * images.imageSize,
        [found.token, found.formerToken].contains(token)
      {
        // Processes of the earlier start may still write: they look for another token.
        record = PackRecord(
          key: found.key, token: record.token, formerToken: token, progress: found.progress, shares: found.shares)
        good = found.progress.good
        return try save()
      }
      if found.key == images.key || isForced { return try begin() }
      throw otherPack
    }
    // A process was killed between the last bytes of a pack and its name.
    if head == Self.length(headerSpace), byteCount > dataOffset {
      let token = try file.bytes(Self.tokenCount, at: tokenOffset)
      let isToken = Fingerprint.isOne(String(decoding: token, as: UTF8.self))
      if isToken || token.allSatisfy({ $0 == UInt8(ascii: " ") }), PackRecord(name, in: folder) != nil {
        try blankToken()
      }
    }
    guard Self.isPack(folder.path(of: PackRecord.partName(name))) else {
      throw FileError(
        .cannotCreate,
        "expected nothing at '\(folder.path(of: PackRecord.partName(name)))', or a pack that is not finished, and found another file; choose "
          + "another name")
    }
    let whole = try SafetensorsFile(path: folder.path(of: PackRecord.partName(name)))
    guard whole.metadata["key"] == images.key else {
      if isForced { return try begin() }
      throw otherPack
    }
    (isWhole, good) = (true, try whole.shape(of: "labels").first ?? 0)
  }

  private var otherPack: FileError {
    FileError(
      .cannotCreate,
      "expected a pack of these images in '\(folder.path(of: PackRecord.partName(name)))' and found one that was begun of others or in "
        + "another form; choose another name, or add --force to give it up")
  }

  private func begin() throws(FileError) {
    record = PackRecord(key: images.key, token: record.token, formerToken: "")
    try file.cut(to: 0)
    try file.write(Self.mark, at: 0)
    try save()
  }

  private static func length(_ count: Int) -> [UInt8] { withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) } }

  // MARK: The record

  /// The token is at the end of the header, where a header that is not as long has spaces.
  private var tokenOffset: Int { dataOffset - Self.tokenCount }
  package static let tokenCount = 32

  /// The token in a file.
  static func token(in file: PartialFile, dataOffset: Int) throws(FileError) -> String {
    String(decoding: try file.bytes(tokenCount, at: dataOffset - tokenCount), as: UTF8.self)
  }

  private func blankToken() throws(FileError) {
    try file.write([UInt8](repeating: UInt8(ascii: " "), count: Self.tokenCount), at: tokenOffset)
    try file.flush()
  }

  /// Keeps what is on the disk by now; the caller has made sure of what other processes wrote.
  package func save() throws(FileError) {
    guard !isWhole else { return }
    try file.flush()
    try record.write(name, in: folder)
    // Behind the record, which knows the former token as well.
    guard try Self.token(in: file, dataOffset: dataOffset) != record.token else { return }
    try file.write(Array(record.token.utf8), at: tokenOffset)
    try file.flush()
  }

  // MARK: The images

  /// Takes in what ranks found of the next images.
  ///
  /// - Parameters:
  ///   - reports: What was found, in the order of the images.
  ///   - count: How many images they are about.
  /// - Throws: `DatasetError` for bad images, unless they are left out.
  package func add(_ reports: [PackReport], of count: Int) throws(DatasetError) {
    try record.progress.add(reports.map(\.report), of: count, images, skips: request.skipsBadImages)
    for report in reports where report.count > 0 {
      good += report.count
      record.shares.append(PackRecord.Share(end: good, checksum: report.checksum))
    }
  }

  /// Writes the pixels of images.
  package func write(_ pixels: [UInt8], firstImage: Int) throws(FileError) {
    try write(pixels, offset: firstImage * images.imageSize)
  }

  /// Writes pixels at a place among all of them.
  package func write(_ pixels: [UInt8], offset: Int) throws(FileError) {
    try file.write(pixels, at: dataOffset + offset)
  }

  /// Waits until what was written is on the disk.
  package func flush() throws(FileError) { try file.flush() }

  /// Reads all images again, writes the header, and gives the pack its name.
  ///
  /// - Parameter report: Called with the number of images that have been read.
  /// - Throws: `DatasetError` when all images of a class are bad, when pixels are not those that were written, or when the pack
  ///   cannot be written.
  package func finish(report: (_ done: Int) -> Void) throws(DatasetError) {
    if !isWhole { try complete(report) }
    do throws(FileError) {
      try file.finish()
      try folder.flush()
      if folder.holds(PackRecord.name(name)) { try folder.remove(PackRecord.name(name)) }
    } catch {
      throw DatasetError(error)
    }
  }

  private func complete(_ report: (_ done: Int) -> Void) throws(DatasetError) {
    let size = images.imageSize
    var check = ShareCheck(record.shares, imageSize: size, path: folder.path(of: PackRecord.partName(name)))
    let contents: CacheContents
    let labels: [Int32]
    do throws(DatasetError) {
      (contents, labels) = try record.progress.contents(images, request, report: report) {
        (pixels, first) throws(FileError) in
        try file.read(into: pixels, at: dataOffset + first * size)
        try check.add(UnsafeRawBufferPointer(pixels))
      }
    } catch {
      // Without a record the next start begins anew.
      if check.hasFailed { try? folder.remove(PackRecord.name(name)) }
      throw error
    }
    do throws(FileError) {
      var failure: FileError?
      let end = dataOffset + labels.count * size
      labels.withUnsafeBytes { bytes in
        do throws(FileError) { try file.write(bytes, at: end) } catch { failure = error }
      }
      if let failure { throw failure }
      try file.cut(to: end + 4 * labels.count)
      let header = SafetensorsAssembly.header(
        images.tensors(labels.count),
        metadata: contents.metadata(
          labels: labels, format: PackedImages.format, PackedImages.form(of: request)), space: headerSpace)
      // As long as the token is there and the mark is, the file is no pack; each step is on the disk before the next.
      try file.write(Array(header.dropLast(Self.tokenCount)), at: 8)
      try file.flush()
      try file.write(Self.length(headerSpace), at: 0)
      try file.flush()
      try blankToken()
    } catch {
      throw DatasetError(error)
    }
  }
}
