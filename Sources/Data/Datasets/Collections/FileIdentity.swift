internal import Files

/// What tells a file from an earlier one of the same name, without a look into it.
struct FileIdentity {
  private let name: String
  private let byteCount: Int
  private let modified: Int

  /// What is at a path.
  init(_ path: String) {
    let status = FileStatus(path)
    name = Directory.split(path).name
    (byteCount, modified) = (status?.byteCount ?? -1, status?.modified ?? 0)
  }

  /// Appends it to a key.
  func update(_ hash: Fingerprint) {
    hash.update(name)
    hash.update(byteCount)
    hash.update(modified)
  }

  /// Opens the file of a data set.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - what: What is expected there.
  ///   - open: Opens it.
  /// - Returns: What `open` returns, and the file's identity.
  /// - Throws: `DatasetError` where there is no such file, or it is something else.
  static func opened<Result>(
    _ path: String, _ what: String, _ open: (_ path: String) throws(FileError) -> Result
  ) throws(DatasetError) -> (Result, FileIdentity) {
    guard let status = FileStatus(path) else {
      throw DatasetError(
        .file(.missing), "expected \(what) at '\(path)' and found \(NearMiss.atMissing(path))")
    }
    guard !status.isFolder else {
      throw DatasetError(
        .malformed, "expected \(what) at '\(path)' and found \(NearMiss.folder(path, insteadOf: what))")
    }
    let identity = FileIdentity(path)
    do throws(FileError) {
      return (try open(path), identity)
    } catch {
      throw DatasetError(error)
    }
  }
}

/// Names of classes that are known by numbers alone.
func numberedClasses(_ labels: [Int32]) -> [String] { (0...(labels.max() ?? 0)).map(String.init) }
