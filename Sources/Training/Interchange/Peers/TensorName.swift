/// Where one of our tensors belongs, taken from its name, for instance `block1.attention.query.weight`.
struct TensorName {
  /// The part of a network that a tensor belongs to.
  enum Place: Hashable {
    /// The linear layer: the generator's first, the discriminator's last.
    case linear
    /// A conditional batch norm of a block, 1 or 2.
    case norm(block: Int, Int)
    /// A 3 × 3 convolution of a block, 1 or 2.
    case convolution(block: Int, Int)
    /// A block's 1 × 1 convolution.
    case shortcut(block: Int)
    /// A convolution of the attention behind a block, or attention itself where there is no part.
    case attention(block: Int, AttentionPart?)
    /// The generator's batch norm without classes.
    case lastNorm
    /// The generator's last convolution.
    case toImage
    /// The discriminator's projection.
    case embedding
    /// The discriminator's auxiliary classifier.
    case classifier
  }

  /// The four convolutions of attention.
  enum AttentionPart: String {
    case query
    case key
    case value
    case output
  }

  /// The whole name.
  let name: String
  let place: Place
  /// What it is there: `weight`, `bias`, `gain`, `gamma`, `running_mean`, `running_var`, `u`, `v` or `sigma`.
  let leaf: String

  /// Takes a name apart; `nil` for a tensor that no peer has.
  init?(_ name: String) {
    self.name = name
    var parts = name.split(separator: ".").map(String.init)
    guard parts.count >= 2 else { return nil }
    leaf = parts.removeLast()
    switch parts[0] {
    case "linear" where parts.count == 1: place = .linear
    case "bn" where parts.count == 1: place = .lastNorm
    case "to_image" where parts.count == 1: place = .toImage
    case "embedding" where parts.count == 1: place = .embedding
    case "classifier" where parts.count == 1: place = .classifier
    default:
      guard parts[0].hasPrefix("block"), let block = Int(parts[0].dropFirst(5)), parts.count >= 2,
        let place = Self.place(in: block, Array(parts.dropFirst()))
      else { return nil }
      self.place = place
    }
  }

  private static func place(in block: Int, _ parts: [String]) -> Place? {
    switch (parts[0], parts.count) {
    case ("bn1", 1): .norm(block: block, 1)
    case ("bn2", 1): .norm(block: block, 2)
    case ("conv1", 1): .convolution(block: block, 1)
    case ("conv2", 1): .convolution(block: block, 2)
    case ("shortcut", 1): .shortcut(block: block)
    case ("attention", 1): .attention(block: block, nil)
    case ("attention", 2): AttentionPart(rawValue: parts[1]).map { .attention(block: block, $0) }
    default: nil
    }
  }
}
