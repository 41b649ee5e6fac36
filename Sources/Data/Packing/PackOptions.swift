public import Datasets
internal import Images

/// What a pack is made of, and where it goes.
public struct PackOptions: Sendable {
  /// The data set, as `--data` names it.
  public var data: DataSpecification
  /// The form of the images.
  public var form: ImageSpecification
  /// The file to make.
  public var out: String
  /// Threads of each rank.
  public var threads = 1
  /// Whether a file of that name is replaced, and one begun of other images given up.
  public var isForced = false

  /// Options with the usual values of the others.
  public init(_ data: DataSpecification, _ form: ImageSpecification, out: String) {
    (self.data, self.form, self.out) = (data, form, out)
  }

  /// The form that options of a command line describe.
  ///
  /// - Parameters:
  ///   - side: Height and width.
  ///   - channels: 1 or 3; what the data set has by itself where `nil`.
  ///   - resize: The name of a filter; the usual one where `nil`.
  ///   - orientation: `apply` or `ignore`; the former where `nil`.
  /// - Returns: The form.
  /// - Throws: `DatasetError` of kind `usage` for a name that there is not.
  public static func form(
    side: Int, channels: Int?, resize: String?, orientation: String?
  ) throws(DatasetError) -> ImageSpecification {
    var form = ImageSpecification(resolution: side, channels: channels)
    if let resize { form.resize = try value(resize, "--resize") }
    if let orientation { form.orientation = try value(orientation, "--orientation") }
    return form
  }

  private static func value<Value: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ option: String
  ) throws(DatasetError) -> Value {
    if let value = Value(rawValue: text) { return value }
    let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
    throw DatasetError(.usage, "expected one of \(names) for \(option) and found '\(text)'")
  }
}
