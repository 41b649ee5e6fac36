public import Files

/// The names and classes of images in `dataset.json`, as StyleGAN's programs write it.
///
/// `{"labels": [["00000/img00000000.png", 6], …]}`; other members are passed over. `null` in place of the list means no classes.
public struct StyleGANLabels: Sendable {
  /// The most bytes that are read.
  public static let byteLimit = 1 << 26

  /// The images, in the order of the bytes of their names.
  public let images: [(name: String, label: Int)]

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - path: What error messages call it.
  /// - Throws: `FileError` when they are something else, or a name is there twice or leads out of its folder.
  public init(_ bytes: [UInt8], path: String) throws(FileError) {
    do throws(JSONError) {
      var found: [(name: String, label: Int)]?
      var scanner = JSONScanner(bytes, what: "text")
      try scanner.object { (name, scanner) throws(JSONError) in
        guard name == "labels" else { return try scanner.skip() }
        guard found == nil else { throw JSONError("it has 'labels' twice") }
        if scanner.acceptNull() { throw JSONError("its 'labels' are null, so its images have no classes") }
        found = try Self.list(&scanner)
      }
      try scanner.padding()
      guard var found, !found.isEmpty else { throw JSONError("it has no 'labels'") }
      found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      for (one, other) in zip(found, found.dropFirst()) where one.name.utf8.elementsEqual(other.name.utf8) {
        throw JSONError("it has \(one.name.quoted) twice")
      }
      images = found
    } catch {
      throw FileError(
        .malformed,
        "'\(path)' is not a list of images with classes as StyleGAN's programs write it: \(error.text); write it with "
          + "\"labels\": [[\"00000/img00000000.png\", 6], …], or put the images of each class into a folder of its own for folder:DIR"
      )
    }
  }

  private static func list(_ scanner: inout JSONScanner) throws(JSONError) -> [(name: String, label: Int)] {
    var result: [(name: String, label: Int)] = []
    try scanner.array { (scanner) throws(JSONError) in
      var (name, label): (String?, Int?) = (nil, nil)
      try scanner.array { (scanner) throws(JSONError) in
        if name == nil {
          name = try scanner.string()
        } else if label == nil {
          label = try scanner.integer()
        } else {
          throw JSONError("entry \(result.count) of its 'labels' has more than a name and a class")
        }
      }
      guard let name, let label, label < ClassLabel.limit else {
        throw JSONError("entry \(result.count) of its 'labels' is no name and a class from \(ClassLabel.range)")
      }
      guard InnerName.plain(name) == name else {
        throw JSONError("the name \(name.quoted) leads out of its folder, or is none")
      }
      result.append((name, label))
    }
    return result
  }
}
