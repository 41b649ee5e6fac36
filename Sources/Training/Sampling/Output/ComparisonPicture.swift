internal import Checkpoints
internal import Configuration
public import Files
internal import Images

/// What stands beside samples in a picture: for each sample the same number of images, under one heading.
public struct Companions: Sendable {
  /// The heading.
  let heading: String
  /// Images of each sample, in bytes.
  let images: [[[UInt8]]]

  /// Images beside samples.
  ///
  /// - Parameters:
  ///   - heading: What they are.
  ///   - images: For each sample some images, rows from the top, channels fastest.
  public init(_ heading: String, _ images: [[[UInt8]]]) { (self.heading, self.images) = (heading, images) }
}

/// A picture with one sample a row and other images beside it, whose size and place are checked before anything is computed.
public final class ComparisonPicture {
  private let sampler: CheckpointSampler
  private let selection: SampleSelection
  private let style: PictureStyle
  private let columns: Int
  private let file: OutputFile

  /// Prepares a picture.
  ///
  /// - Parameters:
  ///   - sampler: Draws the samples.
  ///   - selection: Which samples.
  ///   - columns: How many images will stand beside each.
  ///   - path: The PNG file to write.
  ///   - style: How it looks.
  ///   - isForced: Whether a file that is there is replaced.
  /// - Throws: `ConfigurationError` if the picture would be too large, `FileError` if it cannot be written.
  public init(
    _ sampler: CheckpointSampler, _ selection: SampleSelection, columns: Int, path: String, style: PictureStyle,
    isForced: Bool
  ) throws {
    (self.sampler, self.selection, self.columns, self.style) = (sampler, selection, columns, style)
    let sheet = Self.sheet(sampler, selection, columns, style, headings: [.init("", over: 0..<1)])
    try sampler.checkSize(of: sheet, rows: selection.count, columns: columns + 1)
    try Checkpoint.checkOutside(path)
    file = try OutputFile(path: path, isForced: isForced)
  }

  /// Puts samples in their rows and images beside them, and writes the picture.
  ///
  /// - Parameters:
  ///   - samples: The bytes of each sample.
  ///   - companions: As many images of each sample as were announced.
  /// - Throws: `FileError` if it cannot be written.
  public func write(_ samples: [[UInt8]], _ companions: [Companions]) throws(FileError) {
    let widths = companions.map { $0.images.first?.count ?? 0 }
    precondition(widths.reduce(0, +) == columns, "\(widths) images beside each sample of \(columns) planned")
    var headings: [ContactSheet.Heading] = [.init("sample", over: 0..<1)]
    for (place, width) in widths.enumerated() {
      let start = 1 + widths[..<place].reduce(0, +)
      headings.append(.init(companions[place].heading, over: start..<start + width))
    }
    var sheet = Self.sheet(sampler, selection, columns, style, headings: headings)
    for (index, sample) in samples.enumerated() {
      let row = index * (columns + 1)
      sheet.paint(row..<row + columns + 1, sample + companions.flatMap { $0.images[index].flatMap { $0 } })
    }
    try file.append(try sheet.png())
    _ = try file.finish()
  }

  private static func sheet(
    _ sampler: CheckpointSampler, _ selection: SampleSelection, _ columns: Int, _ style: PictureStyle,
    headings: [ContactSheet.Heading]
  ) -> ContactSheet {
    ContactSheet(
      rows: selection.count, columns: columns + 1, side: sampler.sampler.resolution,
      channels: sampler.sampler.channels, scale: style.scale,
      labels: style.isLabelled
        ? (0..<selection.count).map { [className(selection[$0].label, sampler.manifest.classNames)] } : [],
      headings: headings)
  }
}
