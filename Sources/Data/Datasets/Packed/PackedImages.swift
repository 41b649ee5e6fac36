internal import Files
internal import Formats
internal import Images

/// `packed:FILE`: images that `sagan data pack` has prepared, read from their file as they are asked for.
///
/// A safetensors file with `images`, U8 `[N, H, W, C]`, and `labels`, I32 `[N]`, whose metadata are those of a cache and the form of the
/// images.
package enum PackedImages {
  /// Changes whenever the format does.
  static let format = "sagan packed images 1"

  /// What the metadata say about the form of the images beside their size.
  static func form(of request: ImageSpecification) -> [String: String] {
    ["resize": request.resize.rawValue, "orientation": request.orientation.rawValue]
  }

  /// Whether a file is a pack, by its header.
  static func isOne(_ path: String) -> Bool { (try? SafetensorsFile(path: path))?.metadata["format"] == format }

  /// Height and width of the images in a pack; `nil` where there is none.
  package static func side(of path: String) -> Int? {
    guard let file = try? SafetensorsFile(path: path), file.metadata["format"] == format,
      let shape = try? file.shape(of: "images"), shape.count == 4, (1...1024).contains(shape[1])
    else { return nil }
    return shape[1]
  }

  /// Opens a pack.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - request: The form that the images must have.
  /// - Returns: The images.
  /// - Throws: `DatasetError` when there is no pack, or a damaged one, or one of another form.
  static func open(_ path: String, _ request: ImageSpecification) throws(DatasetError) -> StoredImages {
    let (file, _) = try FileIdentity.opened(path, noun) { (path) throws(FileError) in try header(path) }
    let shape: [Int]
    let labels: [Int32]
    let contents: CacheContents
    let pixels: StoredImages.Pixels
    do throws(FileError) {
      (shape, labels) = try tables(file)
      guard let found = CacheContents(file.metadata, labels: labels, format: format) else { throw damage(path) }
      contents = found
      pixels = .file(
        try InputFile(path: path), offset: try file.place(of: "images").lowerBound,
        advice: "use another copy, or pack the images again; a run goes on with --resume auto")
    } catch {
      throw DatasetError(error)
    }
    try check(path, shape, file.metadata, request)
    return StoredImages(
      "packed images '\(path)', \(grouped(labels.count)) images of \(shape[1])×\(shape[2])", pixels, labels: labels,
      classNames: try classNames(
        contents.classNames, wanted: request.classes, largest: contents.classNames.count - 1, of: "'\(path)'"),
      resolution: shape[1], channels: shape[3], fingerprint: contents.fingerprint, summary: contents.summary)
  }

  /// What error messages call the file.
  static let noun = "a pack of images"

  private static func damage(_ path: String) -> FileError {
    FileError(.malformed, "the pack '\(path)' is damaged; use another copy, or pack the images again")
  }

  /// Opens a file that is a pack, by its header.
  private static func header(_ path: String) throws(FileError) -> SafetensorsFile {
    if try InputFile(path: path).head(8) == PackFile.mark {
      throw FileError(
        .malformed,
        "expected \(noun) in '\(path)' and found one that is not finished; start 'sagan data pack' again as it was started, and it "
          + "goes on")
    }
    let file = try SafetensorsFile(path: path)
    guard file.metadata["format"] == format else {
      throw FileError(
        .malformed,
        "expected \(noun) in '\(path)' and found another safetensors file; make packs with 'sagan data pack'")
    }
    return file
  }

  /// The shape of the images, and the labels.
  private static func tables(_ file: SafetensorsFile) throws(FileError) -> (shape: [Int], labels: [Int32]) {
    let shape = try file.shape(of: "images")
    guard shape.count == 4, shape[1] == shape[2], shape[1] > 0, shape[3] == 1 || shape[3] == 3, shape[0] > 0,
      try file.dtype(of: "images") == .uint8, try file.shape(of: "labels") == [shape[0]],
      shape[0] < MemoryLimit.byteCount / 8
    else { throw damage(file.path) }
    return (shape, try file.int32s("labels"))
  }

  /// Compares the form of the images with the one that is asked for.
  private static func check(
    _ path: String, _ shape: [Int], _ metadata: [String: String], _ request: ImageSpecification
  ) throws(DatasetError) {
    func refuse(_ expected: String, _ found: String, _ advice: String) -> DatasetError {
      DatasetError(.configuration, "expected \(expected) in '\(path)' and found \(found); \(advice)")
    }
    let (side, channels) = (shape[1], shape[3])
    guard side == request.resolution else {
      throw refuse(
        "images of \(request.resolution)×\(request.resolution)", "images of \(side)×\(side)",
        "choose a preset of resolution \(side), or pack them with --side \(request.resolution)")
    }
    if let wanted = request.channels, wanted != channels {
      throw refuse(
        "images of \(counted(wanted, "channel"))", "images of \(channels)",
        "choose --set image-channels=\(channels), or pack them with --channels \(wanted)")
    }
    for (key, wanted) in form(of: request).sorted(by: { $0.key < $1.key }) {
      guard let found = metadata[key], found != wanted else { continue }
      throw refuse(
        "images prepared with \(key) \(wanted)", "\(key) \(found)",
        "choose --set \(key)=\(found.shown), or pack them with --\(key) \(wanted)")
    }
  }
}
