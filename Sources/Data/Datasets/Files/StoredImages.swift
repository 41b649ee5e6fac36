internal import Files

/// Images that lie in memory, or in a file that is read as they are asked for.
struct StoredImages: ImageDataset {
  /// Where the bytes are, one image after the other.
  enum Pixels {
    case array([UInt8])
    /// With what to do where the file can no longer be read.
    case file(InputFile, offset: Int, advice: String)
  }

  let description: String
  let classNames: [String]
  let resolution: Int
  let channels: Int
  private(set) var fingerprint: String
  private(set) var summary: DataSummary
  private let pixels: Pixels
  private let labels: [Int32]
  /// 1 where grey images are repeated in all channels.
  private let storedChannels: Int

  var count: Int { labels.count }

  /// Images whose checksum and statistics are known.
  init(
    _ description: String, _ pixels: Pixels, labels: [Int32], classNames: [String], resolution: Int, channels: Int,
    fingerprint: String, summary: DataSummary
  ) {
    self.description = description
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
    self.resolution = resolution
    self.channels = channels
    self.fingerprint = fingerprint
    self.summary = summary
    storedChannels = channels
  }

  /// Images in memory, which are looked at for their checksum and statistics.
  ///
  /// - Parameters:
  ///   - description: For people.
  ///   - images: All images, of the network's size.
  ///   - labels: Their classes.
  ///   - classNames: The names of at least the classes that the labels have.
  ///   - channels: As many as `images` have, or 3 where they have 1.
  ///   - original: Height and width before the images were made to fit.
  /// - Throws: Nothing, as memory can always be read.
  init(
    _ description: String, _ images: FittedImages, labels: [UInt8], classNames: [String], channels: Int,
    original: (height: Int, width: Int)
  ) throws(DatasetError) {
    self.description = description
    self.labels = labels.map(Int32.init)
    self.classNames = classNames
    self.channels = channels
    resolution = images.resolution
    storedChannels = images.channels
    pixels = .array(images.pixels)
    fingerprint = ""
    summary = DataSummary()
    summary.histogram = [Int](repeating: 0, count: classNames.count)
    for label in labels { summary.histogram[Int(label)] += 1 }
    summary.heights = .init([original.height])
    summary.widths = .init([original.width])
    let measurement = try PixelMeasurement(of: self)
    fingerprint = measurement.fingerprint
    summary.dark = measurement.dark
    summary.mean = measurement.mean
    summary.deviation = measurement.deviation
  }

  func label(_ index: Int) -> Int { Int(labels[index]) }

  func copyPixels(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    precondition(target.count == imageSize, "an image of \(imageSize) bytes into \(target.count)")
    switch pixels {
    case .array(let array): array.withUnsafeBytes { copy(index, of: $0, into: target) }
    case .file(let file, let offset, let advice):
      // Whoever stores images in a file has all their channels there.
      do throws(FileError) {
        try file.read(into: UnsafeMutableRawBufferPointer(target), at: offset + index * imageSize)
      } catch {
        throw DatasetError(
          .file(error.kind),
          error.message + "; " + advice)
      }
    }
  }

  @inline(__always)
  private func copy(
    _ index: Int, of all: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let size = resolution * resolution * storedChannels
    let image = UnsafeRawBufferPointer(rebasing: all[index * size..<(index + 1) * size])
    if storedChannels == channels {
      UnsafeMutableRawBufferPointer(target).copyMemory(from: image)
    } else {
      for (position, value) in image.enumerated() {
        for channel in 0..<channels { target[position * channels + channel] = value }
      }
    }
  }
}
