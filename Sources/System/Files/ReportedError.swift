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
    // Two paths fit, as long as they are ever made.
    guard description.utf8.count > 9000 else { return description.shown }
    return String(description.prefix(1000)).shown + " … " + String(description.suffix(500)).shown
  }
}
