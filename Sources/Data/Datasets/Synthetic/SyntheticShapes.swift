internal import Files
internal import Tensors

/// Class-conditional coloured shapes made on the fly, at any resolution: data for tests and benchmarks that needs no
/// download and whose classes a person tells apart at a glance.
///
/// Image i has class i mod `classes` and is a pure function of (`version`, i) and the settings. Only IEEE additions,
/// products, quotients, roots and roundings go into it, so every machine draws the same bytes.
public struct SyntheticShapes: ImageDataset {
  /// Changes whenever any image changes.
  public static let version = 1
  /// Number of images where none is asked for.
  public static let defaultCount = 100_000
  /// Most images: the order in which a run sees them takes eight bytes of memory for each.
  public static let countLimit = 100_000_000
  /// Most classes that can be told apart.
  public static let classLimit = 5000

  /// Height and width of every image.
  public let resolution: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// Number of images.
  public let count: Int
  /// A description of every class, by label.
  public let classNames: [String]
  /// Checksum of version and settings.
  public let fingerprint: String

  /// A data set of `count` images.
  public init(resolution: Int, channels: Int = 3, classes: Int, count: Int = Self.defaultCount) {
    precondition(resolution > 0, "images of \(resolution)×\(resolution)")
    precondition(channels == 1 || channels == 3, "images of \(channels) channels")
    precondition(classes > 0 && classes <= Self.classLimit, "\(classes) classes of 1…\(Self.classLimit)")
    precondition(count > 0 && count <= Self.countLimit, "\(count) images")
    self.resolution = resolution
    self.channels = channels
    self.count = count
    classNames = (0..<classes).map { SyntheticClass($0).name }
    let hash = Fingerprint()
    hash.update("synthetic shapes")
    for number in [Self.version, resolution, channels, classes, count] { hash.update(number) }
    fingerprint = hash.hexadecimal
  }

  /// For people: what the data set is and how large.
  public var description: String {
    "synthetic shapes, \(count) images of \(resolution)×\(resolution), \(classNames.count) classes"
  }

  /// The number of images of each class; they are not looked at for more.
  public var summary: DataSummary {
    var summary = DataSummary()
    let (least, more) = count.quotientAndRemainder(dividingBy: classNames.count)
    summary.histogram = classNames.indices.map { least + ($0 < more ? 1 : 0) }
    return summary
  }

  /// The class of an image.
  public func label(_ index: Int) -> Int { index % classNames.count }

  /// Draws an image.
  public func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    precondition(pixels.count == imageSize, "an image of \(imageSize) bytes into \(pixels.count)")
    var stream = RandomStream(
      seed: UInt64(Self.version), purpose: .synthetic, sample: UInt32(truncatingIfNeeded: index))
    let picture = SyntheticPicture(SyntheticClass(label(index)), isGrey: channels == 1, &stream)
    picture.draw(resolution, channels, into: pixels)
  }
}
