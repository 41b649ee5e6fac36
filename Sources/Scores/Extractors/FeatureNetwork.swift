/// The networks whose weights people have in files.
package enum FeatureNetwork: Hashable, Sendable {
  /// Inception-v3 as the Fréchet Inception Distance uses it; with a `divisor` its widths are divided for tests.
  case inception(divisor: Int = 1)
  /// EfficientNet-lite0.
  case lite0(divisor: Int = 1)

  /// A tensor of a network's file.
  package struct FileTensor: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its extents, outermost first.
    package let shape: [Int]

    /// A tensor's name and extents.
    package init(name: String, shape: [Int]) { (self.name, self.shape) = (name, shape) }

    /// How many numbers it has.
    package var count: Int { shape.reduce(1, *) }
  }

  /// The taps of Inception besides the last features, by their number at full width: pytorch-fid's `--dims`.
  package static let inceptionTaps = [64, 192, 768]

  /// All tensors that are read, in the order of the layers, the classifier's last.
  package var tensors: [FileTensor] { table.wantedTensors }

  var table: NetworkTable {
    switch self {
    case .inception(let divisor): InceptionTable(divisor: divisor).table
    case .lite0(let divisor): Lite0Table(divisor: divisor).table
    }
  }
}
