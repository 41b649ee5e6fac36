internal import Checkpoints
internal import Datasets
internal import Configuration
internal import Files
internal import Formats
internal import Images
internal import Networks
internal import Tensors

extension CheckpointSampler {
  /// Draws samples into files; of all of them, only labels and the picture's bytes are in memory at a time.
  ///
  /// - Parameters:
  ///   - selection: Which samples.
  ///   - picture: The PNG file to write, one row per class; none where `nil`.
  ///   - tensors: The safetensors file to write; none where `nil`. It holds `latents` `[n, z]`, `labels` `[n]` and `pixels`
  ///     `[n, C, H, W]` in −1…1.
  ///   - isForced: Whether files that are there are replaced; those of checkpoints never are.
  /// - Throws: `ConfigurationError` if the picture would be too large, `FileError` if a file cannot be written.
  public func write(_ selection: SampleSelection, picture: String?, tensors: String?, isForced: Bool = false) throws {
    var sheet = selection.sheet(of: sampler)
    if picture != nil { try checkSize(of: sheet, selection) }
    // Opened before anything is drawn, so that a place that cannot be written to is reported at once.
    for path in [picture, tensors] { if let path { try Checkpoint.checkOutside(path) } }
    let file = try picture.map { path throws(FileError) in try OutputFile(path: path, isForced: isForced) }
    let numbers = try tensors.map { path throws(FileError) in try OutputFile(path: path, isForced: isForced) }
    let paints = file != nil
    if let numbers {
      try writer(for: selection) { range, images in if paints { sheet.paint(range, PixelScaling.bytes(of: images)) } }
        .write(to: numbers)
    } else {
      sampler.draw(selection.count, { selection[$0] }) { sheet.paint($0, PixelScaling.bytes(of: $1)) }
    }
    if let file {
      try file.append(try sheet.png())
      _ = try file.finish()
    }
  }

  private func checkSize(of sheet: ContactSheet, _ selection: SampleSelection) throws(ConfigurationError) {
    guard sheet.width > ContactSheet.limit / sheet.height else { return }
    throw ConfigurationError(
      "a picture of \(grouped(selection.classes.count)) × \(grouped(selection.perClass)) samples would have "
        + "\(grouped(sheet.width)) × \(grouped(sheet.height)) pixels and take \(grouped(sheet.byteCount >> 20)) MiB of "
        + "memory, and the limit is \(grouped(ContactSheet.limit)) pixels; ask for fewer samples, or for --tensors without "
        + "--out")
  }

  /// The file of tensors; `look` sees the images as they are drawn.
  private func writer(
    for selection: SampleSelection, _ look: @escaping (Range<Int>, Tensor<Float>) -> Void
  ) -> SafetensorsWriter {
    let (sampler, count, side) = (sampler, selection.count, sampler.resolution)
    let part = 4096
    var writer = SafetensorsWriter(metadata: [
      "format": "pt", "step": String(manifest.step), "seed": String(seed), "weights": version.rawValue,
    ])
    writer.add(
      "latents", shape: [count, sampler.generator.architecture.latentSize],
      parts: { (append: ([Float]) throws(FileError) -> Void) throws(FileError) in
        for start in stride(from: 0, to: count, by: part) {
          try append(sampler.latents(start..<min(start + part, count)) { selection[$0] })
        }
      })
    writer.add("labels", shape: [count]) { (0..<count).map { Int32(selection[$0].label) } }
    writer.add(
      "pixels", shape: [count, sampler.channels, side, side],
      parts: { (append: ([Float]) throws(FileError) -> Void) throws(FileError) in
        try sampler.draw(count, { selection[$0] }) { (range, images) throws(FileError) in
          look(range, images)
          try append(channelsFirst(images))
        }
      })
    return writer
  }
}

/// The numbers of images `[N, H, W, C]` in the order `[N, C, H, W]`.
private func channelsFirst(_ images: Tensor<Float>) -> [Float] {
  let (channels, pixels) = (images.shape[3], images.shape[1] * images.shape[2])
  return [Float](unsafeUninitializedCapacity: images.count) { result, count in
    count = images.count
    for place in 0..<count {
      let (map, pixel) = place.quotientAndRemainder(dividingBy: pixels)
      let (image, channel) = map.quotientAndRemainder(dividingBy: channels)
      result[place] = images.base[(image * pixels + pixel) * channels + channel]
    }
  }
}
