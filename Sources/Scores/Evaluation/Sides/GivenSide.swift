internal import DataParallel
internal import Datasets
internal import Files
internal import Formats
internal import Statistics

/// What a path of the command line leads to: images, the moments of their features, or both.
struct GivenSide {
  /// The images; `nil` where only moments are known.
  var images: (any PixelSource)?
  /// Mean and covariance of the features.
  var moments: KnownMoments?
  /// What people should know.
  var warnings: [String] = []
  /// How many images are JPEG files; `nil` where images are no files.
  var lossyCount: Int?

  /// Images that have no file of their own.
  init(_ images: any PixelSource) { self.images = images }

  /// Opens a folder, a zip file of images, or an `.npz` file of images or statistics; all ranks call it.
  ///
  /// - Parameters:
  ///   - path: Where.
  ///   - count: How many images, chosen by chance; all where `nil`.
  ///   - option: What messages call `count`.
  ///   - tool: The program whose choice of files and statistics is repeated.
  ///   - replicas: The ranks.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  init(_ path: String, count: Int?, option: String, like tool: ScoringTool?, replicas: ReplicaGroup) throws {
    let arrays = try replicas.agree { try Self.arrays(path) }
    let kind = arrays == nil ? 0.0 : 1
    let largest = replicas.largest(kind)
    try replicas.agree {
      guard kind == largest else {
        throw FileError(
          .malformed,
          "expected the same at '\(path)' on all hosts and found a file of arrays on some of them; copy it to all")
      }
    }
    guard let arrays else {
      let side = try FolderSide(path, count: count, like: tool, option: option, replicas: replicas)
      (images, warnings, lossyCount) = (side, side.warnings, side.lossyCount)
      return
    }
    let hasMoments = arrays.contains("mu") && arrays.contains("sigma")
    let hasImages = arrays.contains("arr_0") || (arrays.names.count == 1 && !arrays.contains("mu"))
    if hasImages || !(arrays.contains("mu") || arrays.contains("sigma")) {
      let side = try NPZSide(arrays, count: count, option: option, replicas: replicas)
      (images, warnings) = (side, side.warnings)
      guard hasMoments else { return }
      guard tool == .adm else {
        warnings.append(
          "'\(path)' has images and statistics: the images are scored, and 'mu' and 'sigma' are not looked at")
        return
      }
      warnings.append(
        "as guided-diffusion does, the Fréchet distance is of 'mu' and 'sigma' in '\(path)', and other scores are of its images"
      )
    }
    moments = try replicas.agree { try KnownMoments(arrays) }
    guard images == nil, let count else { return }
    try replicas.agree {
      throw DatasetError(
        .configuration,
        "expected \(grouped(count)) images in '\(path)' and found statistics alone; leave out \(option)")
    }
  }

  /// The arrays of a file, if it is one of arrays; `nil` for a folder, and for a zip file of something else.
  private static func arrays(_ path: String) throws -> NPZFile? {
    guard let status = FileStatus(path), !status.isFolder else { return nil }
    let head = try InputFile(path: path).head(4)
    guard head.starts(with: [0x50, 0x4B]) else {
      throw FileError(
        .malformed,
        "expected a folder of images, a zip file of images, or an .npz file at '\(path)' and found something else; name the folder "
          + "that the images are in")
    }
    let file = try NPZFile(path: path)
    return file.names.isEmpty ? nil : file
  }

  /// Number of images, where it is known.
  var count: Int? { images?.count }

  /// What identifies the side in a protocol: its images, or else its moments.
  var fingerprint: String { images?.fingerprint ?? moments?.fingerprint ?? "" }
}

extension GivenSide {
  /// The moments as a side of the Fréchet distance; only where they are known.
  var frechetSide: FrechetSide {
    guard let moments else { preconditionFailure("a side without moments") }
    return FrechetSide(moments.gaussian)
  }
}
