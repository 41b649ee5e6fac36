public import Tensors

/// Receives the decisions of a forward pass: which ReLUs passed and which pixels won a max pooling.
public protocol ActivationRecorder: AnyObject {
  /// Receives one byte per element, 1 where the ReLU passed.
  ///
  /// - Parameters:
  ///   - name: For instance `block1.relu2`.
  ///   - shape: `[N, H, W, C]`.
  ///   - bytes: In the order of `shape`.
  func record(mask name: String, _ shape: Shape, _ bytes: [UInt8])

  /// Receives one byte per pooled element, the winner's place 0…3 in its 2 × 2 window.
  ///
  /// - Parameters:
  ///   - name: For instance `block0.attention.key`.
  ///   - shape: `[N, H/2, W/2, C]`.
  ///   - bytes: In the order of `shape`.
  func record(winners name: String, _ shape: Shape, _ bytes: [UInt8])
}
