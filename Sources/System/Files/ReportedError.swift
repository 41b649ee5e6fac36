/// An error that the user reads as one sentence, and that ends the program with a documented exit code.
///
/// Every error of this program that has a cause outside of it conforms; what has its cause inside traps.
public protocol ReportedError: Error, CustomStringConvertible, Sendable {
  /// A code of sysexits.h.
  var exitCode: Int32 { get }
}

extension ReportedError {
  /// The description on one line: names of files and values may hold line ends and escape sequences, which are spelled out,
  /// and may be longer than anybody reads, of which the middle is left out.
  public var sentence: String {
    let line = String(
      String.UnicodeScalarView(
        description.unicodeScalars.flatMap { scalar in
          scalar.properties.generalCategory == .control
            ? Array(scalar.escaped(asASCII: true).unicodeScalars) : [scalar]
        }))
    // Two paths fit, as long as they are ever made.
    return line.utf8.count <= 9000 ? line : line.prefix(1000) + " … " + line.suffix(500)
  }
}
