internal import Files

/// What a walk through the folders of a data set came across beside images.
public struct FolderFindings: Sendable, Equatable, Codable {
  /// Files that are not named as images or lie in no class folder, by what their names end with.
  public var ignored: [String: Int] = [:]
  /// Hidden names, and folders that systems and programs put beside people's own.
  public var passedOver = Tally()
  /// Folders that are read elsewhere, and links to folders that they lie in.
  public var unfollowed = Tally()
  /// Images that have more than one name in a class.
  public var repeated = Tally()
  /// Images that have names in more than one class.
  public var relabelled = Tally()
  /// What makes the classes look like something else, if anything does.
  public var doubt: String?

  /// Endings of pictures that this program does not read.
  private static let pictures: Set<String> = [
    ".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".tiff", ".jp2", ".jxl", ".jfif", ".jpe", ".ppm",
    ".pgm",
    ".tga", ".dng", ".cr2", ".nef", ".npy", ".dcm",
  ]

  /// Nothing.
  public init() {}

  /// Counts a file that is no image.
  mutating func ignore(_ name: String) { ignored[Self.ending(of: name), default: 0] += 1 }

  /// Number of files that are no images.
  public var ignoredCount: Int { ignored.values.reduce(0, +) }

  /// Number of pictures among them that this program does not read.
  var unreadCount: Int { ignored.reduce(0) { $0 + (Self.pictures.contains($1.key) ? $1.value : 0) } }

  /// The endings, the most frequent first, for instance `40 .webp, 1 .txt`.
  var endings: String { Self.text(ignored) }

  /// The endings of pictures among them.
  var unreadEndings: String { Self.text(ignored.filter { Self.pictures.contains($0.key) }) }

  private static func text(_ counts: [String: Int]) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.prefix(5).map { "\($0.value) \($0.key)" }.joined(separator: ", ") + (sorted.count > 5 ? ", …" : "")
  }

  /// What a name ends with, in small letters, if that looks like a kind of file.
  private static func ending(of name: String) -> String {
    guard let point = name.lastIndex(of: "."), point != name.startIndex else { return "without ending" }
    let ending = name[point...].lowercased()
    let isShort = (2...9).contains(ending.utf8.count)
    return isShort && ending.dropFirst().utf8.allSatisfy { isalnum($0) } ? ending : "of other kinds"
  }

  private static func isalnum(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  /// Lines for people.
  var lines: [String] {
    var lines: [String] = []
    if ignoredCount > 0 {
      lines.append(
        "ignored: \(counted(ignoredCount, "file")) (not named as an image, or in no class folder): \(endings)")
    }
    if passedOver.count > 0 {
      lines.append("passed over: \(counted(passedOver.count, "hidden or system name")): \(passedOver.text)")
    }
    if unfollowed.count > 0 {
      lines.append(
        "not entered: \(counted(unfollowed.count, "folder")) read under another name or holding the link to it: "
          + unfollowed.text)
    }
    if repeated.count > 0 {
      lines.append(
        "repeated: \(counted(repeated.count, "image")) of the same file as another one of the class: \(repeated.text)")
    }
    return lines
  }

  /// Sentences about what is likely to be wrong.
  var warnings: [String] {
    var warnings = doubt.map { [$0] } ?? []
    if relabelled.count > 0 {
      warnings.append(
        "\(counted(relabelled.count, "image")) of the same file as an image of another class: \(relabelled.text); remove "
          + "the links, as an image of two classes teaches neither")
    }
    if unreadCount > 0 {
      warnings.append(
        "\(counted(unreadCount, "picture")) in other formats than JPEG, PNG and WebP left out: \(unreadEndings); convert them, "
          + "for instance with ImageMagick's 'mogrify -format png'")
    }
    return warnings
  }
}
