internal import Checkpoints
internal import Configuration
internal import Datasets
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
  ///   - outputs: The files.
  ///   - report: Is told of samples that are done.
  /// - Throws: `ConfigurationError` if the picture would be too large, `FileError` if a file cannot be written.
  public func write(
    _ selection: SampleSelection, _ outputs: SampleOutputs,
    report: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let labels = outputs.style.isLabelled ? selection.classes.map { [className($0, manifest.classNames)] } : []
    var sheet = ContactSheet(
      rows: selection.classes.count, columns: selection.perClass, side: sampler.resolution, channels: sampler.channels,
      scale: outputs.style.scale, labels: labels)
    if outputs.picture != nil { try checkSize(of: sheet, rows: selection.classes.count, columns: selection.perClass) }
    // Opened before anything is drawn, so that a place that cannot be written to is reported at once.
    func opened(_ path: String?) throws(FileError) -> OutputFile? {
      guard let path else { return nil }
      try Checkpoint.checkOutside(path)
      return try OutputFile(path: path, isForced: outputs.isForced)
    }
    let picture = try opened(outputs.picture)
    let tensors = try opened(outputs.tensors)
    let arrays = try opened(outputs.arrays)
    let unique = selection.withoutRepetition
    let folder = try outputs.images.map { path throws(FileError) in
      try ImageFolder(
        path, ClassFolders(unique.classes, classNames: manifest.classNames), isForced: outputs.isForced)
    }
    defer { folder?.removeIfEmpty() }
    // The picture shows what the tensors hold; other files have an order of their own.
    let hasGrid = picture != nil || tensors != nil
    let total =
      (hasGrid ? selection.count : 0) + (folder == nil ? 0 : unique.count) + (arrays == nil ? 0 : unique.count)
    var done = 0
    let note = { (count: Int) in
      done += count
      report(done, total)
    }
    let look = { (range: Range<Int>, images: Tensor<Float>) in
      if picture != nil { sheet.paint(range, PixelScaling.bytes(of: images)) }
      note(range.count)
    }
    if let tensors {
      try writer(for: selection, look).write(to: tensors)
    } else if hasGrid {
      try draw(selection.count, { selection[$0] }, use: look)
    }
    if let picture {
      try picture.append(try sheet.png())
      _ = try picture.finish()
    }
    if let folder { try write(unique, to: folder, note) }
    if let arrays { try write(unique, toArrays: arrays, note) }
  }

  /// Checks that a picture can be opened by others.
  func checkSize(of sheet: ContactSheet, rows: Int, columns: Int) throws(ConfigurationError) {
    guard sheet.width > ContactSheet.limit / sheet.height else { return }
    let byteCount = Double(sheet.width) * Double(sheet.height) * Double(sampler.channels)
    throw ConfigurationError(
      "a picture of \(grouped(rows)) × \(grouped(columns)) samples would have \(grouped(sheet.width)) × "
        + "\(grouped(sheet.height)) pixels and take \(grouped(Int(min(byteCount / 0x1p20, 1e15)))) MiB of memory, and the limit is "
        + "\(grouped(ContactSheet.limit)) pixels; ask for fewer samples, a smaller --scale, or for --tensors without --out"
    )
  }

  private func write(
    _ selection: SampleSelection, to folder: ImageFolder, _ note: (Int) -> Void
  ) throws(FileError) {
    try draw(selection.count, { selection[$0] }) { (range, images) throws(FileError) in
      for index in range {
        let place = index - range.lowerBound
        try folder.write(
          selection[index], PixelScaling.bytes(of: images[rows: place..<place + 1]), side: sampler.resolution,
          channels: sampler.channels)
      }
      note(range.count)
    }
    folder.finish()
  }

  /// Writes an `.npz` file; classes take turns, so that any stretch of it has them all.
  private func write(
    _ selection: SampleSelection, toArrays file: OutputFile, _ note: (Int) -> Void
  ) throws(FileError) {
    let side = sampler.resolution
    var writer = NPZWriter(to: file)
    try writer.add("arr_0", shape: [selection.count, side, side, sampler.channels]) {
      (append: ([UInt8]) throws(FileError) -> Void) throws(FileError) in
      try draw(selection.count, { selection.inTurns($0) }) { (range, images) throws(FileError) in
        try append(PixelScaling.bytes(of: images))
        note(range.count)
      }
    }
    try writer.add("arr_1", shape: [selection.count], (0..<selection.count).map { Int64(selection.inTurns($0).label) })
    _ = try writer.finish()
  }

  /// The file of tensors; `look` sees the images as they are drawn.
  private func writer(
    for selection: SampleSelection, _ look: @escaping (Range<Int>, Tensor<Float>) -> Void
  ) -> SafetensorsWriter {
    let (sampler, count, side) = (sampler, selection.count, sampler.resolution)
    let part = 4096
    var writer = SafetensorsWriter(metadata: metadata)
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
        try self.draw(count, { selection[$0] }) { (range, images) throws(FileError) in
          look(range, images)
          try append(channelsFirst(images))
        }
      })
    return writer
  }

  /// What decides the tensors beside the checkpoint's numbers.
  private var metadata: [String: String] {
    var result = ["format": "pt", "step": String(manifest.step), "seed": String(seed), "weights": version.rawValue]
    if let truncation = sampler.vectors.truncation { result["truncation"] = String(truncation) }
    if let standingPasses { result["standing_statistics"] = String(standingPasses) }
    return result
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
