/// What a pickle builds: values that name each other by number, so that none is ever nested in memory.
struct PickleHeap {
  /// A value's number.
  typealias Reference = Int

  /// A value; texts are where they lie in the pickle.
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number of more than eight bytes.
    case largeInteger
    case real
    case text(Range<Int>)
    /// Bytes, or a text of Python 2.
    case bytes(Range<Int>)
    /// The name of a class or function, which is no more than a name here.
    case global(module: String, name: String)
    case tuple([Reference])
    case list([Reference])
    case dictionary([(key: Reference, value: Reference)])
    /// A call that is not made.
    case call(function: Reference, arguments: Reference)
    /// What would be read from beside the pickle, by the tuple that identifies it.
    case persistent([Reference])
  }

  /// How deeply values may lie in each other.
  static let depthLimit = 100

  private(set) var values: [Value] = []
  /// What objects would be given after the calls that would make them.
  private(set) var attributes: [Reference: Reference] = [:]
  private var depths: [UInt8] = []

  /// Keeps a value; those that are in it must be there already.
  mutating func add(_ value: Value) throws(FormatFault) -> Reference {
    let parts: [Reference] =
      switch value {
      case .tuple(let items), .list(let items), .persistent(let items): items
      case .call(let function, let arguments): [function, arguments]
      default: []
      }
    values.append(value)
    depths.append(0)
    try deepen(values.count - 1, by: parts)
    return values.count - 1
  }

  /// Appends to a list.
  mutating func append(_ items: ArraySlice<Reference>, to reference: Reference) throws(FormatFault) {
    switch values[reference] {
    case .list(var list):
      // Without the second owner the list grows in place.
      values[reference] = .none
      list += items
      values[reference] = .list(list)
      try deepen(reference, by: items)
    case .call: break
    default: throw FormatFault("its pickle appends to something that is no list")
    }
  }

  /// Sets members of a dictionary; keys and values take turns.
  mutating func set(_ items: ArraySlice<Reference>, in reference: Reference) throws(FormatFault) {
    guard items.count.isMultiple(of: 2) else { throw FormatFault("its pickle sets a key without a value") }
    switch values[reference] {
    case .dictionary(var members):
      values[reference] = .none
      for key in stride(from: items.startIndex, to: items.endIndex, by: 2) {
        members.append((items[key], items[key + 1]))
      }
      values[reference] = .dictionary(members)
      try deepen(reference, by: items)
    case .call: break
    default: throw FormatFault("its pickle sets members of something that is no dictionary")
    }
  }

  /// Keeps what an object would be given.
  mutating func setAttributes(_ value: Reference, of reference: Reference) { attributes[reference] = value }

  private mutating func deepen(_ reference: Reference, by parts: some Sequence<Reference>) throws(FormatFault) {
    for part in parts where depths[part] >= depths[reference] { depths[reference] = depths[part] + 1 }
    guard depths[reference] <= Self.depthLimit else {
      throw FormatFault("its pickle nests values more than \(Self.depthLimit) deep")
    }
  }

  /// The name of a global, with its module.
  func globalName(_ reference: Reference) -> String? {
    if case .global(let module, let name) = values[reference] { return "\(module).\(name)" }
    return nil
  }

  /// A whole number.
  func integer(_ reference: Reference) -> Int? {
    if case .integer(let number) = values[reference] { return number }
    return nil
  }

  /// The whole numbers of a tuple.
  func integers(_ reference: Reference) -> [Int]? {
    guard case .tuple(let items) = values[reference] else { return nil }
    let numbers = items.compactMap(integer)
    return numbers.count == items.count ? numbers : nil
  }

  /// What a value is, for people.
  func kind(_ reference: Reference) -> String {
    switch values[reference] {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .largeInteger: "a whole number"
    case .real: "a number"
    case .text: "a text"
    case .bytes: "bytes"
    case .global(let module, let name): "the class or function \("\(module).\(name)".quoted)"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .call(let function, _): "an object of \((globalName(function) ?? "something unknown").quoted)"
    case .persistent: "a storage"
    }
  }
}
