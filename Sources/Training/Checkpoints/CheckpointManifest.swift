internal import Files

/// What `manifest.json` of a checkpoint says: which state of which run it is, and which files belong to it.
///
/// It holds no times, hosts, ranks or paths: equal states have equal bytes.
public struct CheckpointManifest: Codable, Equatable, Sendable {
  /// The version of the format that this program writes; it reads all before as well.
  ///
  /// Version 2 added `gradientVersion`, version 3 `program`; programs that know less would take that for damage.
  public static let currentVersion = 3

  /// A file of the checkpoint.
  public struct File: Codable, Equatable, Sendable {
    /// Length in bytes.
    public let bytes: Int
    /// XXH3-128 of all bytes, in hexadecimal.
    public let xxh3: String
  }

  /// The version of the format.
  public let formatVersion: Int
  /// Steps made.
  public let step: Int
  /// Updates of the generator made.
  public let generatorUpdates: Int
  /// Updates of the discriminator made.
  public let discriminatorUpdates: Int
  /// The fingerprint of the images that were trained on.
  public let dataFingerprint: String
  /// The names of the classes, by label, if they are known.
  public let classNames: [String]?
  /// Every setting that decides what is computed, by key.
  public let settings: [String: String]
  /// The checkpoint's files, by name.
  public let files: [String: File]
  /// The oldest version of the gradients that any of the steps was made with; `nil` before they had versions.
  public let gradientVersion: Int?
  /// The version of the program that wrote it; `nil` before manifests said so.
  public let program: String?
  /// XXH3-128 of this manifest with an empty text here.
  public private(set) var checksum = ""

  /// The manifest of written files.
  init(_ contents: CheckpointContents, files: [String: OutputFile.Summary]) {
    formatVersion = Self.currentVersion
    step = contents.step
    generatorUpdates = contents.generatorUpdates
    discriminatorUpdates = contents.discriminatorUpdates
    dataFingerprint = contents.dataFingerprint
    classNames = contents.classNames.isEmpty ? nil : contents.classNames
    settings = contents.settings
    self.files = files.mapValues { File(bytes: $0.byteCount, xxh3: $0.checksum) }
    gradientVersion = contents.gradientVersion.rawValue
    program = ProgramVersion.number
    checksum = ownChecksum
  }

  /// Reads and checks a manifest.
  init(path: String) throws(CheckpointError) {
    let bytes: [UInt8]
    do throws(FileError) {
      let file = try InputFile(path: path)
      guard file.byteCount <= Self.largestByteCount else {
        throw FileError(
          .malformed,
          "expected at most \(grouped(Self.largestByteCount)) bytes in '\(path)' and found \(grouped(file.byteCount))")
      }
      bytes = try file.elements(of: UInt8.self, count: file.byteCount, at: 0)
    } catch {
      throw .reading(path, error)
    }
    struct Versions: Decodable { let formatVersion, gradientVersion: Int? }
    let versions = try? JSONText.decode(Versions.self, from: bytes)
    for (name, version, known) in [
      ("format", versions?.formatVersion, Self.currentVersion),
      ("gradient version", versions?.gradientVersion, GradientVersion.current.rawValue),
    ] {
      guard let version, !(1...known).contains(version) else { continue }
      throw CheckpointError(
        .malformed,
        "expected a checkpoint of \(name) 1 to \(known) and found \(name) \(version) in '\(path)'; use the version of "
          + "the program that wrote it")
    }
    guard let manifest = try? JSONText.decode(Self.self, from: bytes),
      manifest.checksum == manifest.ownChecksum
    else {
      throw CheckpointError(.malformed, damage: "'\(path)' is not a valid checkpoint manifest")
    }
    if let fault = manifest.fault {
      throw CheckpointError(.malformed, damage: "'\(path)' is not a valid checkpoint manifest: \(fault)")
    }
    self = manifest
  }

  /// The names of a million classes fit; a longer file is something else.
  private static let largestByteCount = 1 << 26

  /// The file's contents.
  var text: String { JSONText.encode(self, isPretty: true) + "\n" }

  private var ownChecksum: String {
    var copy = self
    copy.checksum = ""
    let fingerprint = Fingerprint()
    fingerprint.update(copy.text)
    return fingerprint.hexadecimal
  }
}
