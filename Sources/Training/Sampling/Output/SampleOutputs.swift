/// The files that samples of a selection are written into.
public struct SampleOutputs: Sendable {
  /// A picture, one row per class.
  public var picture: String?
  /// A safetensors file of `latents` `[n, z]`, `labels` `[n]` and `pixels` `[n, C, H, W]` in −1…1.
  public var tensors: String?
  /// A folder of PNG files in folders of their classes.
  public var images: String?
  /// An `.npz` file of `arr_0`, bytes `[n, H, W, C]`, and of classes, `arr_1` `[n]`.
  public var arrays: String?
  /// How the picture looks.
  public var style = PictureStyle()
  /// Whether files that are there are replaced; those of checkpoints never are.
  public var isForced = false

  /// No file yet.
  public init() {}

  /// Those of a picture alone.
  public init(picture: String, style: PictureStyle, isForced: Bool) {
    (self.picture, self.style, self.isForced) = (picture, style, isForced)
  }
}

/// How a picture of samples looks.
public struct PictureStyle: Sendable {
  /// Height and width of the square that a pixel of a sample becomes.
  public var scale = 1
  /// Whether the names of classes stand beside the rows.
  public var isLabelled = false

  /// Samples as they are, without names.
  public init() {}
}
