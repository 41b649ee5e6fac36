internal import DataParallel
internal import Datasets
internal import Files
internal import Formats

/// The images of an `.npz` file as diffusion papers exchange them: `arr_0` of bytes, with classes in `arr_1` where it has them.
///
/// They come in an order that has nothing to do with the file's, so that any stretch of them is a random sample. Of a file whose arrays are
/// compressed all images are in memory.
final class NPZSide: PixelSource, @unchecked Sendable {
  let description: String
  let fingerprint: String
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  let classNames: [String]
  let originalOrder: [Int]?
  /// What people should know of the images.
  let warnings: [String]
  private let order: [Int]
  private let labels: [Int]
  /// Used by one thread at a time.
  private let images: NPZImages
  private let decompressed: [UInt8]?

  /// Looks at a file; all ranks call it.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - wanted: How many of its images, chosen by chance; all where `nil`.
  ///   - option: What messages call `count`.
  ///   - replicas: The ranks, which share the reading of the images.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  init(_ file: NPZFile, count wanted: Int?, option: String, replicas: ReplicaGroup) throws {
    let path = file.path
    let (images, labels, isStored) = try replicas.agree {
      let name = file.contains("arr_0") || file.names.count != 1 ? "arr_0" : file.names[0]
      let images = try NPZImages(file, name: name)
      let isStored = try ZipArchive(path: path)[name + ".npy"]?.isStored ?? true
      return (images, try images.labels(), isStored)
    }
    try replicas.agree {
      if let wanted, wanted > images.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(wanted)) images in '\(path)' and found \(grouped(images.count)); ask for fewer with \(option)"
        )
      }
    }
    let form = [images.count, images.height, images.width, images.channels, isStored ? 1 : 0, labels?.count ?? 0]
    try replicas.checkSame(form.map(String.init), at: path)
    var shuffled = SampleOrder(seed: 0, count: images.count)
    let order = (0..<(wanted ?? images.count)).map { shuffled.index(ofSample: $0) }
    self.order = order
    originalOrder = order.indices.sorted { order[$0] < order[$1] }
    self.labels = (labels ?? []).map { Int($0) }
    self.images = images
    decompressed =
      try isStored
      ? nil : replicas.agree { try images.bytes(0..<images.count) }
    (count, height, width, channels) = (order.count, images.height, images.width, images.channels)
    classNames = labels.map { (0...($0.max() ?? 0)).map(String.init) } ?? []
    description = "\(grouped(order.count)) images of \(images.height)×\(images.width) from '\(path)'"
    let size = images.imageByteCount
    let plan = BlockPlan(count: order.count)
    let own = try replicas.agree { [decompressed] in
      var hashes: [UInt64] = []
      for place in plan.images(ofRank: replicas.rank, of: replicas.size) {
        let image = order[place]
        let bytes =
          try decompressed.map { Array($0[image * size..<(image + 1) * size]) } ?? images.bytes(image..<image + 1)
        hashes.append(bytes.withUnsafeBytes { Fingerprint.hash64($0) })
      }
      return hashes
    }
    let hashes = replicas.joined(own)
    let hash = Fingerprint()
    for number in [height, width, channels] { hash.update(number) }
    for (place, value) in hashes.enumerated() {
      hash.update(Int(bitPattern: UInt(value)))
      hash.update(labels.map { Int($0[order[place]]) } ?? 0)
    }
    fingerprint = hash.hexadecimal
    let repeated = hashes.count - Set(hashes).count
    warnings =
      repeated > 0 ? ["\(grouped(repeated)) of the images of '\(path)' have the same pixels as another one"] : []
  }

  func label(_ index: Int) -> Int { labels[order[index]] }

  func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    for index in range {
      let (image, start) = (order[index], (index - range.lowerBound) * imageSize)
      if let decompressed {
        for place in 0..<imageSize { pixels[start + place] = decompressed[image * imageSize + place] }
      } else {
        let bytes = try images.bytes(image..<image + 1)
        for place in 0..<imageSize { pixels[start + place] = bytes[place] }
      }
    }
  }
}
