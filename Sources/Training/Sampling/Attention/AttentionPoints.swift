internal import Configuration

/// Where the queries of an attention figure lie.
public enum AttentionPoints: Sendable, Equatable {
  /// So many for each image and layer, spread over what attention tells apart.
  case spread(Int)
  /// At these pixels, counted from the upper left corner.
  case at([Pixel])

  /// A pixel of an image.
  public struct Pixel: Sendable, Equatable {
    /// Columns from the left.
    public let x: Int
    /// Rows from above.
    public let y: Int

    /// A pixel.
    public init(x: Int, y: Int) { (self.x, self.y) = (x, y) }
  }

  /// As many as the figure has colours for.
  public static let most = 8

  /// Checks that all points lie in images.
  ///
  /// - Parameter resolution: Height and width of the images.
  /// - Throws: `ConfigurationError` where one lies outside.
  func check(_ resolution: Int) throws(ConfigurationError) {
    guard case .at(let pixels) = self else { return }
    for pixel in pixels where !(0..<resolution).contains(pixel.x) || !(0..<resolution).contains(pixel.y) {
      throw ConfigurationError(
        "the point \(pixel.x),\(pixel.y) of --at lies outside of the images, whose columns and rows go from 0 to "
          + "\(resolution - 1)")
    }
  }

  /// How many there are.
  var count: Int {
    switch self {
    case .spread(let count): count
    case .at(let pixels): pixels.count
    }
  }

  /// The queries of an image.
  ///
  /// - Parameters:
  ///   - map: The layer's weights for it.
  ///   - resolution: Height and width of the image.
  /// - Returns: Numbers of queries, row by row of the map.
  func queries(_ map: AttentionMap, resolution: Int) -> [Int] {
    switch self {
    case .spread(let count): QueryChoice(map).spread(count)
    case .at(let pixels): pixels.map { $0.y * map.side / resolution * map.side + $0.x * map.side / resolution }
    }
  }
}
