internal import Files

/// How far a pack has come, in the file `NAME.part.json` beside `NAME.part`.
struct PackRecord: Codable {
  /// Some images that one process wrote.
  struct Share: Codable {
    /// How many images are in front of the next share.
    let end: Int
    /// The checksum of the pixels.
    let checksum: String
  }

  private static let currentFormat = "sagan pack in progress 1"
  /// The most bytes that are read.
  private static let limit = 1 << 28

  private var format = Self.currentFormat
  /// Of which images in which form.
  let key: String
  /// What processes that share the file find in it.
  let token: String
  /// What was in it before the present start.
  let formerToken: String
  /// What has been prepared, and is on the disk.
  var progress: PreparationRecord
  /// Who wrote what.
  var shares: [Share]
  private var checksum = ""

  /// The record of a pack.
  init(
    key: String, token: String, formerToken: String = "", progress: PreparationRecord = PreparationRecord(),
    shares: [Share] = []
  ) {
    (self.key, self.token, self.formerToken, self.progress, self.shares) = (key, token, formerToken, progress, shares)
  }

  /// Reads the record of a pack; `nil` where there is none.
  init?(_ pack: String, in folder: Folder) {
    guard folder.holds(Self.name(pack)),
      let bytes = try? InputFile(path: folder.path(of: Self.name(pack))).bytes(limit: Self.limit),
      let record = try? JSONText.decode(Self.self, from: bytes), record.format == Self.currentFormat,
      record.checksum == record.expectedChecksum
    else { return nil }
    var last = 0
    for share in record.shares {
      guard share.end >= last else { return nil }
      last = share.end
    }
    guard last == record.progress.good else { return nil }
    self = record
  }

  /// The name of a pack while it is being made.
  static func partName(_ pack: String) -> String { pack + ".part" }

  /// The name of its record.
  static func name(_ pack: String) -> String { partName(pack) + ".json" }

  /// Writes the record of a pack.
  mutating func write(_ pack: String, in folder: Folder) throws(FileError) {
    checksum = expectedChecksum
    try OutputFile.write(Array(JSONText.encode(self).utf8), to: Self.name(pack), in: folder)
  }

  /// The checksum of all but itself.
  private var expectedChecksum: String {
    var copy = self
    copy.checksum = ""
    let fingerprint = Fingerprint()
    fingerprint.update(JSONText.encode(copy))
    return fingerprint.hexadecimal
  }
}
