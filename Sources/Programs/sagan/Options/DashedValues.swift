/// Values that begin with a dash, such as `-1`, which the parser takes for options of one letter.
enum DashedValues {
  /// Writes `--option -1` as `--option=-1`, so that the option gets its value and can say what is wrong with it.
  ///
  /// A word with two dashes stays an option, and so does `-h`: `--steps --batch 8` lacks a value. A path that begins so
  /// is written with `=` or `./`.
  ///
  /// - Parameter arguments: What follows the program's name.
  /// - Returns: The same for the parser.
  static func joined(in arguments: [String]) -> [String] {
    var result: [String] = []
    // A value is never the beginning of a pair, whatever it looks like.
    var isOption = false
    for (index, word) in arguments.enumerated() {
      guard word != "--" else { return result + arguments[index...] }
      if isOption, word.hasPrefix("-"), !word.hasPrefix("--"), word != "-", word != "-h", let option = result.last {
        result[result.count - 1] = option + "=" + word
        isOption = false
      } else {
        result.append(word)
        isOption = word.hasPrefix("--") && !word.contains("=")
      }
    }
    return result
  }
}
