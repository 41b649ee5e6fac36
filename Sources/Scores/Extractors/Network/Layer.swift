internal import Kernels

/// A layer of a feature network, in the terms of its paper's table.
indirect enum Layer: Sendable {
  /// A convolution with its normalization and activation.
  case convolution(ConvolutionLayer)
  /// A pooling.
  case pooling(WindowPooling)
  /// Several ways from the same map, whose results follow each other along the channels.
  case branches([[Layer]])
  /// The map plus what the layers make of it; the last of them is a convolution.
  case residual([Layer])
  /// A place whose map, averaged over its pixels, may serve as features; its name is their number at full width.
  case tap(Int)
}

/// A convolution without bias, a normalization by running statistics, an activation.
struct ConvolutionLayer: Sendable {
  /// Where zeros are added.
  enum Padding: Sendable {
    /// So many rows above and below, and columns to the left and right.
    case fixed(vertical: Int, horizontal: Int)
    /// TensorFlow's rule `SAME`: ⌈size / stride⌉ places; what is odd goes below and to the right.
    case same
  }

  /// Name of the filters, without `.weight`.
  var filters: String
  /// Name of the normalization, without `.weight`, `.bias`, `.running_mean`, `.running_var`.
  var normalization: String
  /// Channels that are written; as many as are read where it is depthwise.
  var outputs: Int
  var height: Int
  var width: Int
  var stride = 1
  var padding = Padding.fixed(vertical: 0, horizontal: 0)
  var isDepthwise = false
  var activation = OutputActivation.relu

  /// The window on maps of a size.
  func window(height: Int, width: Int) -> Window {
    switch padding {
    case .fixed(let vertical, let horizontal):
      return Window(
        height: self.height, width: self.width, stride: stride,
        padding: Window.Padding(vertical: vertical, horizontal: horizontal))
    case .same:
      let down = Self.samePadding(height, self.height, stride)
      let across = Self.samePadding(width, self.width, stride)
      return Window(
        height: self.height, width: self.width, stride: stride,
        padding: Window.Padding(
          top: down / 2, left: across / 2, bottom: down - down / 2, right: across - across / 2))
    }
  }

  private static func samePadding(_ size: Int, _ window: Int, _ stride: Int) -> Int {
    max(((size + stride - 1) / stride - 1) * stride + window - size, 0)
  }
}

/// A feature network as a table: all that determines it but its weights.
struct NetworkTable: Sendable {
  /// The name in options.
  var name: String
  /// What people call it.
  var title: String
  /// Where its weights come from.
  var origin: String
  /// Height and width of the pictures.
  var size: Int
  /// Added to variances.
  var epsilon: Double
  /// From the pictures to the last map, whose means are the features.
  var layers: [Layer]
  /// Name of the linear layer behind the features, and its classes.
  var classifier: (name: String, classes: Int)
  /// Whether files may come without the classifier.
  var classifierIsOptional: Bool

  /// Channels of the pictures.
  var channels: Int { 3 }

  /// The network up to a tap, without classes.
  ///
  /// - Parameter tap: Which of them; the whole network has no name of its own.
  /// - Returns: The layers before it.
  func layers(upTo tap: Int) -> [Layer] {
    guard let end = layers.firstIndex(where: { if case .tap(tap) = $0 { true } else { false } }) else {
      preconditionFailure("\(name) has no features named \(tap)")
    }
    return Array(layers[..<end])
  }
}
