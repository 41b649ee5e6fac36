import Files

/// An argument that is no text: names of files may be any bytes, but what is written about them is UTF-8.
///
/// The language would put another character in the place of such bytes, and another file in the place of the one that was meant.
struct ArgumentTextError: ReportedError {
  let exitCode: Int32 = 64
  let description: String

  /// The fault of the first such argument of this process, if there is one.
  init?() {
    for index in 1..<max(Int(CommandLine.argc), 1) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
      description =
        "expected arguments in UTF-8 and found '\(Self.spelt(word))'; give that file or folder another name, or a symbolic link "
        + "of another name"
      return
    }
    return nil
  }

  /// The bytes of a word as ASCII has them, and `\xFF` for all others.
  private static func spelt(_ word: UnsafePointer<CChar>) -> String {
    var result = ""
    var place = word
    while place.pointee != 0 {
      let byte = UInt8(bitPattern: place.pointee)
      let digits = String(byte, radix: 16, uppercase: true)
      result += byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + digits
      place += 1
    }
    return result
  }
}
