package import Checkpoints
internal import Configuration
internal import DataParallel
internal import Datasets
internal import Files
internal import Logging
package import Sampling
internal import Statistics
internal import Tensors

extension EvaluationRun {
  /// Finds the training images that are nearest to samples, by the features that scores are made of and by pixels.
  ///
  /// Training images are those of the checkpoint's run, found and prepared as for its scores; what is kept of their features serves both.
  ///
  /// - Parameters:
  ///   - samples: The bytes of each sample.
  ///   - count: How many neighbours of each are wanted.
  ///   - checkpoint: Where the samples come from.
  ///   - sampler: What drew them.
  /// - Returns: The neighbours of each sample by features, and by pixels, the nearest first.
  /// - Throws: A `ReportedError`.
  package func neighbours(
    of samples: [[UInt8]], count: Int, _ checkpoint: Checkpoint, _ sampler: CheckpointSampler
  ) throws -> [Companions] {
    var settings = sampler.configuration.settings
    try checkpoint.locateData(for: &settings, options.data)
    let data = try open(settings)
    let training = DatasetSide(data.training)
    guard training.count >= count else {
      throw DatasetError(
        .configuration,
        "expected \(grouped(count)) training images or more and found \(grouped(training.count)); ask for fewer with --neighbours"
      )
    }
    if checkpoint.manifest.dataFingerprint != data.training.fingerprint {
      logger.warning(
        "the run was trained on other images than those of '\(data.settings.data)': their fingerprints differ"
      )
    }
    let side = BytesSide(
      samples, side: training.height, channels: training.channels,
      description: "samples of '\(checkpoint.path)'")
    let extractor = try extractor(data)
    func table(_ images: any PixelSource, cache: String?, _ name: String) throws -> FeatureTable {
      try Extraction(
        extractor, batch: options.batch, cache: cache, replicas: replicas, report: progress
      )
      .table(of: images, name)
    }
    let features = try table(training, cache: data.cache, "features of the training images")
    let found = try table(side, cache: nil, "features of the samples").withOwnPart { part in
      let pass = NearestNeighbours(rows: FeatureRows(part.features), count: count, pool: pool)
      features.forEachPart {
        pass.add(columns: FeatureRows($0.features, first: $0.images.lowerBound))
      }
      return pass.neighbours
    }
    return [
      Companions("nearest by \(extractor.name)", try images(of: found, in: training)),
      Companions(
        "nearest by pixels",
        try images(of: try pixelNeighbours(of: side, count, in: training), in: training)),
    ]
  }

  /// Training images of a part whose pixels are compared at a time.
  private static let partSize = 1024

  /// The nearest images by the distance of their pixels, some images in memory at a time.
  private func pixelNeighbours(
    of samples: BytesSide, _ count: Int, in images: some PixelSource
  ) throws -> [[NearestNeighbours.Neighbour]] {
    let workspace = Workspace()
    defer { withExtendedLifetime(workspace) {} }
    let size = images.imageSize
    let bytes = workspace.buffer(max(Self.partSize, samples.count) * size, of: UInt8.self)
    func numbers(_ source: some PixelSource, _ range: Range<Int>, into rows: Tensor<Float>) throws {
      try source.copyPixels(
        range, into: UnsafeMutableBufferPointer(rebasing: bytes[..<(range.count * size)]))
      for place in 0..<range.count * size { rows.base[place] = Float(bytes[place]) }
    }
    let rows: Tensor<Float> = workspace.tensor(Shape(samples.count, size))
    let columns: Tensor<Float> = workspace.tensor(Shape(min(Self.partSize, images.count), size))
    try numbers(samples, 0..<samples.count, into: rows)
    let pass = NearestNeighbours(rows: FeatureRows(rows), count: count, pool: pool)
    for start in stride(from: 0, to: images.count, by: Self.partSize) {
      let part = start..<min(start + Self.partSize, images.count)
      try numbers(images, part, into: columns)
      pass.add(columns: FeatureRows(columns[rows: 0..<part.count], first: start))
      progress(
        Extraction.Progress(
          what: "pixels of the training images", done: part.upperBound, total: images.count))
    }
    return pass.neighbours
  }

  /// The bytes of the neighbours of each sample.
  private func images(
    of neighbours: [[NearestNeighbours.Neighbour]], in source: some PixelSource
  ) throws -> [[[UInt8]]] {
    try neighbours.map {
      try $0.map { neighbour in
        var bytes = [UInt8](repeating: 0, count: source.imageSize)
        try bytes.withUnsafeMutableBufferPointer {
          try source.copyPixels(neighbour.index..<neighbour.index + 1, into: $0)
        }
        return bytes
      }
    }
  }
}
