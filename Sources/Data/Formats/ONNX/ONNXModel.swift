public import Files

/// A model in the format ONNX (opset 13, IR version 7), put together node by node.
///
/// Enough of the format for a generator: tensors of single precision and of whole numbers, and operators with whole or named attributes.
/// The schema is fixed, as that of TensorBoard's events is.
public struct ONNXModel {
  /// A number type.
  public enum Element: Int, Sendable {
    case float = 1
    case int64 = 7
  }

  /// An attribute of a node.
  public enum Attribute: Sendable {
    case integer(Int)
    case integers([Int])
    case text(String)
  }

  /// The most bytes that a model may have: parsers of protocol buffers read no more.
  public static let byteLimit = 0x7FFF_FFFF

  private var nodes = ProtobufMessage()
  private var tensors = ProtobufMessage()
  private var inputs = ProtobufMessage()
  private var outputs = ProtobufMessage()
  private var count = 0

  /// A model without nodes.
  public init() {}

  /// Adds an input; an extent without a number has a name.
  public mutating func input(_ name: String, _ element: Element, _ shape: [(name: String, extent: Int?)]) {
    inputs.append(11) { Self.value(&$0, name, element, shape) }
  }

  /// Adds an output.
  public mutating func output(_ name: String, _ element: Element, _ shape: [(name: String, extent: Int?)]) {
    outputs.append(12) { Self.value(&$0, name, element, shape) }
  }

  private static func value(
    _ message: inout ProtobufMessage, _ name: String, _ element: Element, _ shape: [(name: String, extent: Int?)]
  ) {
    message.append(1, name)
    message.append(2) { type in
      type.append(1) { tensor in
        tensor.append(1, element.rawValue)
        tensor.append(2) { extents in
          for extent in shape {
            extents.append(1) { dimension in
              if let number = extent.extent { dimension.append(1, number) } else { dimension.append(2, extent.name) }
            }
          }
        }
      }
    }
  }

  /// Adds a constant of single precision and returns its name.
  @discardableResult
  public mutating func constant(_ name: String, _ shape: [Int], _ numbers: [Float]) -> String {
    precondition(numbers.count == shape.reduce(1, *), "'\(name)' of \(shape) got \(numbers.count) numbers")
    add(name, .float, shape, numbers.withUnsafeBytes { Array($0) })
    return name
  }

  /// Adds a constant of whole numbers and returns its name.
  @discardableResult
  public mutating func constant(_ name: String, integers: [Int]) -> String {
    add(name, .int64, [integers.count], integers.withUnsafeBytes { Array($0) })
    return name
  }

  private mutating func add(_ name: String, _ element: Element, _ shape: [Int], _ bytes: [UInt8]) {
    tensors.append(5) { tensor in
      for extent in shape { tensor.append(1, extent) }
      tensor.append(2, element.rawValue)
      tensor.append(8, name)
      tensor.append(9, bytes)
    }
  }

  /// Adds a node with one output and returns the output's name.
  ///
  /// - Parameters:
  ///   - operator: The name of an operator of opset 13.
  ///   - inputs: Names of inputs, constants and outputs; an empty one leaves an input out.
  ///   - attributes: Its attributes.
  ///   - name: The output's name; a new one where `nil`.
  /// - Returns: The output's name.
  public mutating func node(
    _ operator: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [], named name: String? = nil
  ) -> String {
    count += 1
    let output = name ?? "\(`operator`.lowercased())_\(count)"
    nodes.append(1) { node in
      for input in inputs { node.append(1, input) }
      node.append(2, output)
      node.append(3, "\(`operator`)_\(count)")
      node.append(4, `operator`)
      for (name, value) in attributes {
        node.append(5) { attribute in
          attribute.append(1, name)
          switch value {
          case .integer(let number):
            attribute.append(3, number)
            attribute.append(20, 2)
          case .text(let text):
            attribute.append(4, text)
            attribute.append(20, 3)
          case .integers(let numbers):
            for number in numbers { attribute.append(8, number) }
            attribute.append(20, 7)
          }
        }
      }
    }
    return output
  }

  /// Writes the model, flushes it to disk, and then gives it its name.
  ///
  /// - Parameters:
  ///   - file: A new file.
  ///   - name: The graph's name.
  ///   - producer: The program that made it, and its version.
  ///   - metadata: Texts by key.
  /// - Throws: `FileError` of kind `cannotCreate`.
  public func write(
    to file: OutputFile, name: String, producer: (name: String, version: String), metadata: [String: String]
  ) throws(FileError) {
    var head = ProtobufMessage()
    head.append(1, 7)
    head.append(2, producer.name)
    head.append(3, producer.version)
    head.append(8) { $0.append(2, 13) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      head.append(14) { entry in
        entry.append(1, key)
        entry.append(2, value)
      }
    }
    var title = ProtobufMessage()
    title.append(2, name)
    // The graph is too large to be copied into a message once more: only its length goes before its parts.
    let parts = [nodes, title, tensors, inputs, outputs]
    head.append(start: 7, byteCount: parts.reduce(0) { $0 + $1.bytes.count })
    try file.append(head.bytes)
    for part in parts { try file.append(part.bytes) }
    _ = try file.finish()
  }
}
