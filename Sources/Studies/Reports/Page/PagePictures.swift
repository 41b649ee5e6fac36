package import Files
internal import Foundation
internal import Images

/// A picture for the page, in the bytes of a PNG file that was found to be one.
package struct PagePicture: Sendable {
  let bytes: [UInt8]
  let width: Int, height: Int
  /// By how much it was made smaller.
  let reduction: Int

  /// Characters that bytes take in a page.
  static func characters(_ byteCount: Int) -> Int { (byteCount + 2) / 3 * 4 }

  /// Checks a file, and makes it smaller where it takes too much room.
  ///
  /// - Parameters:
  ///   - png: The file.
  ///   - name: What an error calls it.
  ///   - reduction: By how much it is made smaller at least.
  ///   - limit: Bytes at most; the smallest version may have more.
  /// - Throws: `FileError` if it is no PNG file.
  package init(_ png: [UInt8], name: String, reduction: Int = 1, limit: Int) throws(FileError) {
    let image = try PNG.decode(png, name: name)
    if reduction == 1, png.count <= limit {
      (bytes, width, height, self.reduction) = (png, image.width, image.height, 1)
      return
    }
    var factor = max(reduction, 2)
    while true {
      let (width, height) = (max(image.width / factor, 1), max(image.height / factor, 1))
      let small = image.resized(width: width, height: height, .bilinear)
      let bytes = try PNG.encode(pixels: small.pixels, width: width, height: height, channels: image.channels)
      guard bytes.count > limit, factor < Self.strongest else {
        (self.bytes, self.width, self.height, self.reduction) = (bytes, width, height, factor)
        return
      }
      factor *= 2
    }
  }

  /// Nobody sees anything in pictures that are smaller.
  private static let strongest = 16

  /// The element; small pictures are shown at a whole multiple of their size.
  ///
  /// - Parameters:
  ///   - alt: What is to be seen.
  ///   - width: About how wide it should be.
  /// - Returns: An `img`.
  package func element(alt: String, around width: Int) -> HTML {
    let factor = max((width + self.width / 2) / max(self.width, 1), 1)
    let data = Data(bytes).base64EncodedString()
    return """
      <img src="data:image/png;base64,\(.markup(data))" width="\(self.width * factor)" height="\(height * factor)" \
      alt="\(alt)" decoding="async">
      """
  }
}

/// Which of a run's grids go into the page, where not all of them fit.
struct GridChoice {
  /// The grids, in the order of steps.
  private(set) var frames: [(step: Int, picture: PagePicture)] = []
  /// What a reader should know of those that are left out.
  private(set) var notes: [String] = []

  /// With fewer it is no film: smaller pictures are better then.
  private static let few = 8
  /// More than a reader steps through.
  private static let many = 120

  /// Chooses and reads grids.
  ///
  /// - Parameters:
  ///   - grids: All there are.
  ///   - characters: How many characters of the page they may take.
  init(_ grids: [GridFile], characters: Int) {
    guard !grids.isEmpty else { return }
    let limit = characters / 4 * 3
    var reduction = 1
    var places: [Int] = []
    while true {
      // What is smaller compresses less well.
      let sizes = grids.map { reduction == 1 ? $0.byteCount : 5 * $0.byteCount / (4 * reduction * reduction) }
      places = Self.places(sizes, within: limit)
      if places.count >= min(grids.count, Self.few) || reduction == 8 { break }
      reduction *= 2
    }
    var room = limit
    for place in places.reversed() {
      let grid = grids[place]
      do throws(FileError) {
        let bytes = try InputFile(path: grid.path).bytes(limit: grid.byteCount)
        let picture = try PagePicture(
          bytes, name: grid.path, reduction: reduction, limit: max(room, limit / max(places.count, 1)))
        guard picture.bytes.count <= room else { continue }
        room -= picture.bytes.count
        frames.insert((grid.step, picture), at: 0)
      } catch {
        notes.append("the grid of step \(grouped(grid.step)) cannot be shown: \(error.sentence)")
      }
    }
    if frames.count + notes.count < grids.count {
      notes.append(
        "\(grouped(frames.count)) of \(grouped(grids.count)) grids are in this page, evenly chosen; all are in samples/"
      )
    }
    if let reduction = frames.map(\.picture.reduction).max(), reduction > 1 {
      notes.append("grids are shown at 1/\(reduction) of their size, so that the page stays small")
    }
  }

  /// Evenly spread places of as many sizes as fit, the first and the last among them.
  static func places(_ sizes: [Int], within limit: Int) -> [Int] {
    var count = min(sizes.count, many)
    while count > 1 {
      let places = (0..<count).map { $0 * (sizes.count - 1) / (count - 1) }
      if places.reduce(0, { $0 + sizes[$1] }) <= limit { return places }
      count -= 1
    }
    return sizes.isEmpty ? [] : [sizes.count - 1]
  }
}
