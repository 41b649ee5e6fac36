public import Images

/// The form in which a network wants its images.
public struct ImageSpecification: Sendable {
  /// Height and width of the network's images.
  public var resolution: Int
  /// 1 or 3; what the data set has by itself where `nil`.
  public var channels: Int?
  /// How many classes the network shall have; as many as the data set has where `nil`.
  public var classes: Int?
  /// How images of another size are resized.
  public var resize: ResizeFilter
  /// What is done about the way up that files say their images have.
  public var orientation: OrientationRule
  /// Whether images that cannot be read are left out rather than an error.
  public var skipsBadImages: Bool
  /// Which of the images.
  public var part: DataPart

  /// A form of images.
  public init(
    resolution: Int, channels: Int? = nil, classes: Int? = nil, resize: ResizeFilter = .bilinear,
    orientation: OrientationRule = .apply, skipsBadImages: Bool = false, part: DataPart = .all
  ) {
    self.resolution = resolution
    self.channels = channels
    self.classes = classes
    self.resize = resize
    self.orientation = orientation
    self.skipsBadImages = skipsBadImages
    self.part = part
  }
}

extension ImageSpecification {
  /// Makes an image fit.
  ///
  /// - Parameters:
  ///   - reading: The image of a file.
  ///   - channels: 1 or 3.
  /// - Returns: The image as the network wants it, and as it stands before it is cut and resized.
  func prepared(_ reading: ImageReading, channels: Int) -> (image: DecodedImage, original: DecodedImage) {
    let original = orientation == .apply ? reading.image.oriented(reading.orientation) : reading.image
    let image = (channels == 1 ? original.grey() : original).centreSquare()
      .resized(width: resolution, height: resolution, resize)
    return (channels == 3 ? image.colours() : image, original)
  }
}

/// What reading a data set may use, and whom it tells; none of it changes an image.
public struct DecodeOptions: Sendable {
  /// The folder for decoded images; made if it is not there.
  public var cacheFolder: String
  /// Threads that decode.
  public var threads: Int
  /// Called on the thread that opens the data, about every other second while images are decoded.
  public var report: @Sendable (DatasetProgress) -> Void

  /// Access through a cache in a folder.
  public init(cacheFolder: String, threads: Int, report: @escaping @Sendable (DatasetProgress) -> Void = { _ in }) {
    self.cacheFolder = cacheFolder
    self.threads = threads
    self.report = report
  }
}

/// What people should know while data are opened.
public enum DatasetProgress: Sendable, Equatable, CustomStringConvertible {
  /// Decoding begins.
  case decoding(images: Int, cache: String)
  /// Decoding has come this far.
  case decoded(images: Int, of: Int)
  /// Another process decodes the same images.
  case waiting(cache: String)
  /// There is a cache, and it cannot be used.
  case unusable(cache: String, reason: String)

  /// Whether something is wrong.
  public var isWarning: Bool { if case .unusable = self { true } else { false } }

  /// A line of text.
  public var description: String {
    switch self {
    case .decoding(let images, let cache): "decoding \(images) images into '\(cache)'"
    case .decoded(let images, let total): "decoded \(images) of \(total) images"
    case .waiting(let cache): "waiting for another process that decodes the images into '\(cache)'"
    case .unusable(let cache, let reason): "cannot use the cache '\(cache)': \(reason); decoding the images again"
    }
  }
}
