/// One record of a TensorBoard event file.
public struct TensorBoardEvent: Sendable {
  /// Something to show under a tag.
  public enum Value: Sendable {
    /// A number.
    case scalar(Float)
    /// A picture: a PNG file, its extents in pixels, and 1 (grey) or 3 channels.
    case image(png: [UInt8], height: Int, width: Int, channels: Int)
    /// How numbers are distributed.
    case histogram(Histogram)
  }

  private enum Content: Sendable {
    case version
    case sessionStart
    case summary([(tag: String, value: Value)])
  }

  /// The step that the event belongs to.
  public let step: Int
  private let time: Double
  private let content: Content

  private init(step: Int, time: Double, _ content: Content) {
    self.step = step
    self.time = time
    self.content = content
  }

  /// The record that every file starts with.
  public static func version(time: Double) -> Self { Self(step: 0, time: time, .version) }

  /// Says that the program was started anew: what readers know of `step` and later steps is void.
  public static func sessionStart(step: Int, time: Double) -> Self { Self(step: step, time: time, .sessionStart) }

  /// What is to be shown of a step.
  ///
  /// - Parameters:
  ///   - values: Values with their tags, for instance `loss/generator`.
  ///   - step: The step.
  ///   - time: Seconds since 1970.
  /// - Returns: The event.
  public static func summary(_ values: [(tag: String, value: Value)], step: Int, time: Double) -> Self {
    Self(step: step, time: time, .summary(values))
  }

  /// The event as it stands in a file.
  public var record: [UInt8] {
    var event = ProtobufMessage()
    event.append(1, time)
    if step > 0 { event.append(2, step) }
    switch content {
    case .version: event.append(3, "brain.Event:2")
    case .sessionStart: event.append(7) { $0.append(1, 1) }
    case .summary(let values):
      event.append(5) { summary in
        for (tag, value) in values {
          summary.append(1) {
            $0.append(1, tag)
            value.append(to: &$0)
          }
        }
      }
    }
    return TFRecord.frame(event.bytes)
  }
}

extension TensorBoardEvent.Value {
  /// Appends the value to a message `Summary.Value`.
  fileprivate func append(to message: inout ProtobufMessage) {
    switch self {
    case .scalar(let number): message.append(2, number)
    case .image(let png, let height, let width, let channels):
      message.append(4) {
        $0.append(1, height)
        $0.append(2, width)
        $0.append(3, channels)
        $0.append(4, png)
      }
    case .histogram(let histogram):
      message.append(5) {
        $0.append(1, histogram.minimum)
        $0.append(2, histogram.maximum)
        $0.append(3, histogram.count)
        $0.append(4, histogram.sum)
        $0.append(5, histogram.sumOfSquares)
        $0.append(6, histogram.limits)
        $0.append(7, histogram.counts)
      }
    }
  }
}
