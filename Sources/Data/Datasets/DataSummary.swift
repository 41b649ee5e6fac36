internal import Files

/// What a data set consists of, as far as it is known without looking at images that are made on the fly.
public struct DataSummary: Sendable, Equatable, Codable {
  /// The smallest and the largest of something.
  public struct Extent: Sendable, Equatable, Codable {
    /// The smallest.
    public var smallest: Int
    /// The largest.
    public var largest: Int

    /// The extent of numbers; `nil` if there are none.
    init?(_ numbers: some Sequence<Int>) {
      guard let smallest = numbers.min(), let largest = numbers.max() else { return nil }
      self.smallest = smallest
      self.largest = largest
    }
  }

  /// Images of each class, by label.
  public var histogram: [Int] = []
  /// Heights of the images before they were made to fit.
  public var heights: Extent?
  /// Widths of the images before they were made to fit.
  public var widths: Extent?
  /// Mean of each channel, in 0…1; empty where unknown.
  public var mean: [Double] = []
  /// Standard deviation of each channel, in 0…1; empty where unknown.
  public var deviation: [Double] = []
  /// Images that could not be read and are left out.
  public var skipped = 0
  /// The first of them.
  public var skippedNames: [String] = []
  /// Images whose files break rules of their format and are whole all the same.
  public var odd = Tally()
  /// Images whose files say that they stand another way up than they are stored; `nil` in caches of earlier versions.
  public var turned: Tally?
  /// Whether that is ignored.
  public var isTurnIgnored: Bool?
  /// Images without a bright pixel.
  public var dark = Tally()
  /// What lies beside the images.
  public var findings = FolderFindings()

  /// A summary that says nothing.
  public init() {}

  /// Whether numbers of a file are those of its images, or could be.
  func isValid(for labels: [Int32], classes: Int) -> Bool {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    let extents = [heights, widths].compactMap(\.self)
    let tallies = [odd, dark] + (turned.map { [$0] } ?? [])
    return histogram == counts
      && [mean, deviation].allSatisfy { $0.count <= 3 && $0.allSatisfy { (0...1).contains($0) } }
      && extents.allSatisfy { $0.smallest > 0 && $0.smallest <= $0.largest }
      && tallies.allSatisfy { (0...Self.countLimit).contains($0.count) && $0.names.count <= $0.count }
      && (0...Self.countLimit).contains(skipped) && skippedNames.count <= skipped && findings == FolderFindings()
  }

  /// More images no data set has.
  private static let countLimit = 1 << 40

  /// Lines for people.
  ///
  /// - Parameter names: The names of the classes, by label.
  /// - Returns: A line for each thing that is known.
  public func lines(classNames names: [String]) -> [String] {
    var lines: [String] = []
    if let heights, let widths {
      lines.append("originals: heights \(Self.text(heights)), widths \(Self.text(widths))")
    }
    if !histogram.isEmpty { lines.append("labels: " + labels(names)) }
    if !mean.isEmpty {
      lines.append(
        "pixels in 0…1: mean \(mean.map(Self.digits).joined(separator: " ")), "
          + "deviation \(deviation.map(Self.digits).joined(separator: " "))")
    }
    if skipped > 0 {
      let shown = skippedNames.map { "'\($0)'" }.joined(separator: ", ")
      let images = counted(skipped, "image")
      lines.append("left out: \(images) that cannot be read: \(shown)\(skipped > skippedNames.count ? ", …" : "")")
    }
    if odd.count > 0 {
      lines.append(
        "read with warnings: \(counted(odd.count, "image")), whole although the file breaks rules of its format: "
          + odd.text)
    }
    if let turned, turned.count > 0 {
      lines.append(
        "orientation: \(counted(turned.count, "image")) \(isTurnIgnored == true ? "left as stored although the file says" : "turned as the file says"): "
          + turned.text)
    }
    return lines + findings.lines
  }

  /// Sentences about what is likely to be wrong.
  ///
  /// - Parameter names: The names of the classes, by label.
  /// - Returns: A sentence for each such thing.
  public func warnings(classNames names: [String]) -> [String] {
    var warnings = findings.warnings
    let empty = names.indices.filter { !histogram.indices.contains($0) || histogram[$0] == 0 }
    if !empty.isEmpty, !histogram.isEmpty {
      warnings.append(
        "\(empty.count) of \(names.count) classes have no images: \(Tally(empty.map { names[$0] }).text); the generator "
          + "cannot learn them: add images, or number the classes without gaps")
    }
    if dark.count > 0 {
      warnings.append(
        "\(dark.count) of \(histogram.reduce(0, +)) images are nearly black, no value above \(Self.darkest) of 255: "
          + "\(dark.text); multiply the values by 16 if these are 12-bit images in 16-bit files, else check them")
    }
    return warnings
  }

  /// The largest value of a nearly black image.
  static let darkest = 15

  /// All classes if they are few, else the least, the median and the most frequent one.
  private func labels(_ names: [String]) -> String {
    func name(_ label: Int) -> String { label < names.count ? names[label] : "class \(label)" }
    guard histogram.count > 20 else {
      return histogram.enumerated().map { "\(name($0)) \($1)" }.joined(separator: ", ")
    }
    let sorted = histogram.indices.sorted { (histogram[$0], $0) < (histogram[$1], $1) }
    let parts = [("min", sorted[0]), ("median", sorted[sorted.count / 2]), ("max", sorted[sorted.count - 1])]
    return "\(histogram.count) classes, "
      + parts.map { "\($0) \(histogram[$1]) (\(name($1)))" }.joined(separator: ", ")
  }

  private static func text(_ extent: Extent) -> String {
    extent.smallest == extent.largest ? "\(extent.smallest)" : "\(extent.smallest) to \(extent.largest)"
  }

  /// Four digits behind the point.
  private static func digits(_ number: Double) -> String {
    let digits = String(Int((number * 10_000).rounded()))
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return padded.dropLast(4) + "." + padded.suffix(4)
  }
}
