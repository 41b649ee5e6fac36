package import Images
internal import Tensors

/// How bytes of images become the input of a network: a score's name belongs to its preparation as much as to its network.
package struct Preparation: Hashable, Sendable {
  /// How values are scaled behind the resizer, which sees 0…255.
  package enum Scaling: String, Sendable {
    /// (x − 128) / 128: TensorFlow's graph, torch-fidelity, clean-fid, StyleGAN.
    case centred = "(x-128)/128"
    /// x / 127.5 − 1: pytorch-fid.
    case symmetric = "x/127.5-1"
    /// (x − 127) / 128: EfficientNet-lite.
    case lite = "(x-127)/128"
  }

  /// Whose arithmetic of resizing.
  package let resizer: FloatResizer.Method
  /// How values are scaled.
  package let scaling: Scaling
  /// Whether values are cut off at 0 and 255 behind the resizer, as filters that overshoot need.
  package let clips: Bool

  /// A preparation.
  package init(_ resizer: FloatResizer.Method, _ scaling: Scaling, clips: Bool = false) {
    (self.resizer, self.scaling, self.clips) = (resizer, scaling, clips)
  }

  /// What pytorch-fid does.
  package static let pytorchFID = Preparation(.pytorchBilinear, .symmetric)
  /// What torch-fidelity, and StyleGAN's and guided-diffusion's programs do.
  package static let tensorflow = Preparation(.tensorflowBilinear, .centred)
  /// What clean-fid does.
  package static let cleanFID = Preparation(.pillowBicubic, .centred, clips: true)
  /// What EfficientNet-lite was trained with.
  package static let lite = Preparation(.pillowBicubic, .lite, clips: true)

  /// The text of a protocol's field.
  package var text: String { "\(resizer.rawValue),\(scaling.rawValue)" }

  /// Scales resized values.
  func scale(_ values: UnsafeMutableBufferPointer<Float>) {
    if clips { for place in values.indices { values[place] = min(max(values[place], 0), 255) } }
    switch scaling {
    case .centred: for place in values.indices { values[place] = (values[place] - 128) / 128 }
    case .symmetric: for place in values.indices { values[place] = values[place] / 127.5 - 1 }
    case .lite: for place in values.indices { values[place] = (values[place] - 127) / 128 }
    }
  }
}
