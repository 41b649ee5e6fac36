internal import Kernels

/// Inception-v3 as the Fréchet Inception Distance uses it.
///
/// Table 1 of Szegedy and others 2015 (arXiv:1512.00567), with TensorFlow's weights of 2015-12-05 under the names of
/// torchvision's `Inception3`. It differs from torchvision's network in four points: averages leave out what lies beyond the edges; the last block pools
/// by maximum; there are 1,008 classes and no auxiliary ones; pictures are scaled to −1…1.
struct InceptionTable {
  /// What numbers of channels are divided by: 1, or more for tests.
  var divisor = 1

  /// The table.
  var table: NetworkTable {
    NetworkTable(
      name: "inception", title: "the FID Inception-v3",
      origin: "pt_inception-2015-12-05-6726825d.pth of pytorch-fid", size: 299, epsilon: 1e-3, layers: layers,
      classifier: ("fc", channels(1008)), classifierIsOptional: true)
  }

  private var layers: [Layer] {
    [
      convolution("Conv2d_1a_3x3", 32, 3, 3, stride: 2),
      convolution("Conv2d_2a_3x3", 32, 3, 3),
      convolution("Conv2d_2b_3x3", 64, 3, 3, 1, 1),
      maximum, .tap(64),
      convolution("Conv2d_3b_1x1", 80),
      convolution("Conv2d_4a_3x3", 192, 3, 3),
      maximum, .tap(192),
      blockA("Mixed_5b", pooled: 32),
      blockA("Mixed_5c", pooled: 64),
      blockA("Mixed_5d", pooled: 64),
      blockB("Mixed_6a"),
      blockC("Mixed_6b", 128),
      blockC("Mixed_6c", 160),
      blockC("Mixed_6d", 160),
      blockC("Mixed_6e", 192), .tap(768),
      blockD("Mixed_7a"),
      blockE("Mixed_7b", pooling: average),
      blockE("Mixed_7c", pooling: .pooling(WindowPooling(.maximum, sameSize))),
    ]
  }

  // MARK: Blocks, each a list of branches

  private func blockA(_ name: String, pooled: Int) -> Layer {
    .branches([
      [convolution("\(name).branch1x1", 64)],
      [convolution("\(name).branch5x5_1", 48), convolution("\(name).branch5x5_2", 64, 5, 5, 2, 2)],
      [
        convolution("\(name).branch3x3dbl_1", 64), convolution("\(name).branch3x3dbl_2", 96, 3, 3, 1, 1),
        convolution("\(name).branch3x3dbl_3", 96, 3, 3, 1, 1),
      ],
      [average, convolution("\(name).branch_pool", pooled)],
    ])
  }

  private func blockB(_ name: String) -> Layer {
    .branches([
      [convolution("\(name).branch3x3", 384, 3, 3, stride: 2)],
      [
        convolution("\(name).branch3x3dbl_1", 64), convolution("\(name).branch3x3dbl_2", 96, 3, 3, 1, 1),
        convolution("\(name).branch3x3dbl_3", 96, 3, 3, stride: 2),
      ],
      [maximum],
    ])
  }

  private func blockC(_ name: String, _ inner: Int) -> Layer {
    .branches([
      [convolution("\(name).branch1x1", 192)],
      [
        convolution("\(name).branch7x7_1", inner), convolution("\(name).branch7x7_2", inner, 1, 7, 0, 3),
        convolution("\(name).branch7x7_3", 192, 7, 1, 3, 0),
      ],
      [
        convolution("\(name).branch7x7dbl_1", inner), convolution("\(name).branch7x7dbl_2", inner, 7, 1, 3, 0),
        convolution("\(name).branch7x7dbl_3", inner, 1, 7, 0, 3),
        convolution("\(name).branch7x7dbl_4", inner, 7, 1, 3, 0),
        convolution("\(name).branch7x7dbl_5", 192, 1, 7, 0, 3),
      ],
      [average, convolution("\(name).branch_pool", 192)],
    ])
  }

  private func blockD(_ name: String) -> Layer {
    .branches([
      [convolution("\(name).branch3x3_1", 192), convolution("\(name).branch3x3_2", 320, 3, 3, stride: 2)],
      [
        convolution("\(name).branch7x7x3_1", 192), convolution("\(name).branch7x7x3_2", 192, 1, 7, 0, 3),
        convolution("\(name).branch7x7x3_3", 192, 7, 1, 3, 0),
        convolution("\(name).branch7x7x3_4", 192, 3, 3, stride: 2),
      ],
      [maximum],
    ])
  }

  private func blockE(_ name: String, pooling: Layer) -> Layer {
    .branches([
      [convolution("\(name).branch1x1", 320)],
      [
        convolution("\(name).branch3x3_1", 384),
        .branches([
          [convolution("\(name).branch3x3_2a", 384, 1, 3, 0, 1)],
          [convolution("\(name).branch3x3_2b", 384, 3, 1, 1, 0)],
        ]),
      ],
      [
        convolution("\(name).branch3x3dbl_1", 448), convolution("\(name).branch3x3dbl_2", 384, 3, 3, 1, 1),
        .branches([
          [convolution("\(name).branch3x3dbl_3a", 384, 1, 3, 0, 1)],
          [convolution("\(name).branch3x3dbl_3b", 384, 3, 1, 1, 0)],
        ]),
      ],
      [pooling, convolution("\(name).branch_pool", 192)],
    ])
  }

  // MARK: Layers

  private func channels(_ count: Int) -> Int { max(1, count / divisor) }

  /// A convolution of `height` × `width` taps with so many zeros above and below, and to the left and right.
  private func convolution(
    _ name: String, _ outputs: Int, _ height: Int = 1, _ width: Int = 1, _ vertical: Int = 0, _ horizontal: Int = 0,
    stride: Int = 1
  ) -> Layer {
    .convolution(
      ConvolutionLayer(
        filters: "\(name).conv", normalization: "\(name).bn", outputs: channels(outputs), height: height, width: width,
        stride: stride, padding: .fixed(vertical: vertical, horizontal: horizontal)))
  }

  private var sameSize: Window {
    Window(height: 3, width: 3, padding: Window.Padding(vertical: 1, horizontal: 1))
  }

  private var average: Layer { .pooling(WindowPooling(.average, sameSize)) }

  private var maximum: Layer { .pooling(WindowPooling(.maximum, Window(height: 3, width: 3, stride: 2))) }
}
