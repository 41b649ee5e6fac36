internal import Kernels

/// Where a map lies while a picture passes: in the picture, or in the memory of a worker.
struct MapPlace: Equatable, Sendable {
  /// The first element in the worker's memory; `nil` for the picture itself.
  let offset: Int?
  let height: Int
  let width: Int
  let channels: Int
  /// Elements from one pixel to the next.
  let stride: Int

  /// Some channels of this map.
  func channels(from first: Int, count: Int) -> MapPlace {
    MapPlace(offset: offset.map { $0 + first }, height: height, width: width, channels: count, stride: stride)
  }

  /// The map itself.
  func map(picture: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>) -> PixelMap {
    PixelMap(
      offset.map { memory + $0 } ?? picture, height: height, width: width, channels: channels, stride: stride)
  }
}

/// Plans which maps share memory, one after the other.
struct MapAllocator {
  private var used: [Range<Int>] = []
  /// Elements that all maps need together.
  private(set) var elements = 0

  /// Whole cache lines.
  private static let alignment = 16

  /// The first place that is free for a map.
  mutating func allocate(height: Int, width: Int, channels: Int) -> MapPlace {
    let count = (height * width * channels + Self.alignment - 1) / Self.alignment * Self.alignment
    var start = 0
    for (index, range) in used.enumerated() {
      if start + count <= range.lowerBound {
        used.insert(start..<start + count, at: index)
        return place(start, height, width, channels)
      }
      start = range.upperBound
    }
    used.append(start..<start + count)
    elements = max(elements, start + count)
    return place(start, height, width, channels)
  }

  /// Frees a map that was allocated.
  mutating func release(_ place: MapPlace) {
    guard let index = used.firstIndex(where: { $0.lowerBound == place.offset }) else {
      preconditionFailure("a map that was not allocated")
    }
    used.remove(at: index)
  }

  private func place(_ start: Int, _ height: Int, _ width: Int, _ channels: Int) -> MapPlace {
    MapPlace(offset: start, height: height, width: width, channels: channels, stride: channels)
  }
}
