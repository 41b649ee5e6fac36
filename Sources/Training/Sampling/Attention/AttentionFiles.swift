internal import Checkpoints
internal import Configuration
internal import Files
internal import Formats

extension AttentionSet {
  /// Writes the figure, the numbers behind it, or both.
  ///
  /// - Parameters:
  ///   - points: Which queries.
  ///   - scale: Height and width of the square that an image's pixel becomes; about 128 pixels an image where `nil`.
  ///   - picture: The PNG file to write; none where `nil`.
  ///   - tensors: The safetensors file to write; none where `nil`. It holds `pixels` `[n, H, W, C]` as bytes, `labels` `[n]`, and for
  ///     each layer its `weights` `[n, Q, K]`, `queries` `[n, points]` and `gamma` `[1]`.
  ///   - isForced: Whether files that are there are replaced; those of checkpoints never are.
  /// - Throws: `ConfigurationError` if points or the picture's size do not fit, `FileError` if a file cannot be written.
  public func write(
    _ points: AttentionPoints, scale: Int?, picture: String?, tensors: String?, isForced: Bool
  ) throws {
    let figure = try AttentionFigure(self, points, scale: scale)
    for path in [picture, tensors] { if let path { try Checkpoint.checkOutside(path) } }
    let file = try picture.map { path throws(FileError) in try OutputFile(path: path, isForced: isForced) }
    let numbers = try tensors.map { path throws(FileError) in try OutputFile(path: path, isForced: isForced) }
    if let numbers { try writer(figure.queries).write(to: numbers) }
    if let file {
      try file.append(try figure.png())
      _ = try file.finish()
    }
  }

  private func writer(_ queries: [[[Int]]]) -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: [
      "format": "pt", "network": network, "step": String(step), "images": origin,
    ])
    writer.add("pixels", shape: [count, resolution, resolution, channels]) { pixels }
    writer.add("labels", shape: [count]) { labels.map { Int32($0) } }
    for (layer, queries) in zip(layers, queries) {
      let size = layer.side * layer.side
      writer.add(layer.name + ".weights", shape: [count, size, size / 4]) { layer.weights }
      writer.add(layer.name + ".queries", shape: [count, queries.first?.count ?? 0]) {
        queries.flatMap { $0.map { Int32($0) } }
      }
      writer.add(layer.name + ".gamma", shape: [1]) { [layer.gamma] }
    }
    return writer
  }
}
