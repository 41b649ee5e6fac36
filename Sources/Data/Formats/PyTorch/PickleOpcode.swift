/// Opcodes that are refused, and why.
enum PickleOpcode {
  /// Code, not numbers: the reader would have to be the program that wrote it.
  static let wholeModel = FormatFault(
    "it is a pickled model, with the names of its program's classes in place of a state dict",
    advice: "save it again with torch.save(model.state_dict(), …)")

  /// Opcodes by the names of Python's `pickletools`.
  private static let names: [UInt8: String] = [
    0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES", 0x46: "FLOAT", 0x49: "INT",
    0x4C: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x54: "BINSTRING", 0x55: "SHORT_BINSTRING", 0x56: "UNICODE",
    0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6C: "LIST", 0x6F: "OBJ", 0x70: "PUT", 0x81: "NEWOBJ", 0x82: "EXT1",
    0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4", 0x8C: "SHORT_BINUNICODE", 0x8D: "BINUNICODE8", 0x8E: "BINBYTES8",
    0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x93: "STACK_GLOBAL", 0x94: "MEMOIZE",
    0x95: "FRAME", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]

  /// The sentence for an opcode at a place.
  static func refusal(of opcode: UInt8, at position: Int, in content: PickleMachine.Content) -> FormatFault {
    switch opcode {
    case 0x81, 0x92, 0x69,
      0x6F where content == .stateDict:
      return wholeModel
    default:
      let digits = String(opcode, radix: 16)
      let name = names[opcode].map { "\($0) (0x\(digits))" } ?? "0x\(digits)"
      return FormatFault(
        "its pickle has the opcode \(name) at byte \(position), which no \(content.rawValue) needs",
        advice: "save it again with torch.save(model.state_dict(), …)")
    }
  }
}
