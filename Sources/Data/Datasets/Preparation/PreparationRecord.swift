internal import Files
internal import Images

/// How far a data set has been prepared, and what was found on the way.
package struct PreparationRecord: Sendable, Codable, Equatable {
  /// How many bad images are named.
  private static let shownProblems = 5

  /// Images that have been looked at: the first ones.
  package private(set) var done = 0
  /// Those that could not be read, in order.
  private(set) var bad: [Int] = []
  private var odd = Tally()
  private var turned = Tally()
  private var heights: [Int] = []
  private var widths: [Int] = []

  /// Nothing has been done.
  package init() {}

  /// Images that could be read.
  package var good: Int { done - bad.count }

  /// Whether the numbers fit together, and to a data set.
  func isValid(for images: ImagePreparation) -> Bool {
    (0...images.count).contains(done) && bad.count <= done
      && zip(bad, bad.dropFirst()).allSatisfy { $0 < $1 } && bad.allSatisfy { (0..<done).contains($0) }
      && [heights, widths].allSatisfy { $0.isEmpty || $0.count == 2 } && odd.count >= 0 && turned.count >= 0
  }

  /// Takes in what was found of the next images.
  ///
  /// - Parameters:
  ///   - reports: What was found, in the order of the images.
  ///   - count: How many images they are about.
  ///   - images: The data set.
  ///   - skips: Whether bad images are left out.
  /// - Throws: `DatasetError` that names the first bad ones, where they are not.
  package mutating func add(
    _ reports: [PreparedShare.Report], of count: Int, _ images: ImagePreparation, skips: Bool
  ) throws(DatasetError) {
    let problems = reports.flatMap(\.bad)
    if !skips, let first = problems.first {
      let others = problems.dropFirst().prefix(Self.shownProblems - 1).map { "'\(images.name($0.index))'" }
      throw DatasetError(
        .file(first.error.kind),
        first.error.message + (others.isEmpty ? "" : " (also bad: \(others.joined(separator: ", ")))")
          + ", or leave bad images out with --skip-bad-images")
    }
    done += count
    bad += problems.map(\.index)
    for report in reports {
      for index in report.odd { odd.add(images.name(index)) }
      for index in report.turned { turned.add(images.name(index)) }
      heights = Self.extended(heights, report.heights)
      widths = Self.extended(widths, report.widths)
    }
  }

  private static func extended(_ extent: [Int], _ other: [Int]) -> [Int] {
    guard let smallest = (extent + other).min(), let largest = (extent + other).max() else { return [] }
    return [smallest, largest]
  }

  /// Looks at all prepared images.
  ///
  /// - Parameters:
  ///   - images: The data set.
  ///   - request: In which form.
  ///   - report: Called after some images, with how many are done.
  ///   - read: Fills memory with the pixels of prepared images, from one on.
  /// - Returns: What the header of a file with these images says, and their classes.
  /// - Throws: `DatasetError` when all images of a class are bad.
  func contents(
    _ images: ImagePreparation, _ request: ImageSpecification, report: (_ done: Int) -> Void = { _ in },
    read: (_ pixels: UnsafeMutableRawBufferPointer, _ first: Int) throws(FileError) -> Void
  ) throws(DatasetError) -> (CacheContents, labels: [Int32]) {
    let indices = goodIndices
    let labels = indices.map { images.label($0) }
    var summary = DataSummary()
    summary.histogram = [Int](repeating: 0, count: images.classNames.count)
    for label in labels { summary.histogram[Int(label)] += 1 }
    try check(summary.histogram, images)
    (summary.heights, summary.widths) = (.init(heights), .init(widths))
    (summary.odd, summary.turned, summary.isTurnIgnored) = (odd, turned, request.orientation == .ignore)
    summary.skipped = bad.count
    summary.skippedNames = bad.prefix(Self.shownProblems).map { images.name($0) }
    var measurement = PixelMeasurement(resolution: images.resolution, channels: images.channels, count: labels.count)
    let (size, most) = (images.imageSize, max(Self.readBytes / images.imageSize, 1))
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: most * size)
    defer { pixels.deallocate() }
    for first in stride(from: 0, to: labels.count, by: most) {
      let block = first..<min(first + most, labels.count)
      do throws(FileError) {
        try read(
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: pixels[..<(block.count * size)])), first)
      } catch {
        throw DatasetError(error)
      }
      for place in block {
        let start = (place - first) * size
        measurement.add(
          UnsafeBufferPointer(rebasing: pixels[start..<start + size]), label: Int(labels[place]),
          name: images.name(indices[place]))
      }
      report(block.upperBound)
    }
    summary.dark = measurement.dark
    (summary.mean, summary.deviation) = (measurement.mean, measurement.deviation)
    return (
      CacheContents(
        key: images.key, fingerprint: measurement.fingerprint, classNames: images.classNames, summary: summary), labels
    )
  }

  /// Bytes that are read at a time.
  private static let readBytes = 4 << 20

  private var goodIndices: [Int] {
    let bad = Set(bad)
    return (0..<done).filter { !bad.contains($0) }
  }

  private func check(_ histogram: [Int], _ images: ImagePreparation) throws(DatasetError) {
    if good == 0 {
      throw DatasetError(
        .malformed,
        "expected images that can be read in '\(images.place)' and found none of \(grouped(images.count)); check what "
          + "is there")
    }
    if images.needsEveryClass, let empty = histogram.firstIndex(of: 0) {
      throw DatasetError(
        .malformed,
        "expected images that can be read in '\(images.place)/\(images.classNames[empty])' and found none; add "
          + "images, or remove the folder")
    }
  }
}
