public import Datasets
public import Formats

/// An error that is told to the user in one sentence, and ends the program with a documented exit code.
public protocol ReportedError: Error, CustomStringConvertible {
  /// A code of sysexits.h.
  var exitCode: Int32 { get }
}

extension ReportedError {
  /// The description on one line: names of files and values may hold line ends and escape sequences, which are spelled out.
  public var sentence: String {
    String(
      String.UnicodeScalarView(
        description.unicodeScalars.flatMap { scalar in
          scalar.properties.generalCategory == .control
            ? Array(scalar.escaped(asASCII: true).unicodeScalars) : [scalar]
        }))
  }
}

extension FormatError: ReportedError {}
extension DatasetError: ReportedError {}
extension CheckpointError: ReportedError {}

extension ConfigurationError: ReportedError {
  /// EX_CONFIG.
  public var exitCode: Int32 { 78 }
}
