internal import COpenMPI

/// A call that the MPI library did not complete.
public struct MPIError: Error, Hashable, CustomStringConvertible {
  /// The MPI function that failed, for instance `MPI_Gather`.
  public let function: String
  /// The library's error code.
  public let code: Int32
  /// The library's explanation of the code.
  public let text: String

  /// For instance `MPI_Gather failed: MPI_ERR_TRUNCATE: message truncated`.
  public var description: String { "\(function) failed: \(text)" }
}

/// Runs one MPI call and throws what it reports, unless that is success.
///
/// Errors are returned at all only because `withMPI` sets the handler `MPI_ERRORS_RETURN`, which communicators hand down
/// to the ones made from them.
func check(_ function: StaticString, _ call: () -> CInt) throws(MPIError) {
  let code = call()
  guard code != MPI_SUCCESS else { return }
  throw MPIError(function: "\(function)", code: code, text: text(of: code))
}

/// The library's explanation of an error code.
///
/// The corresponding MPI function is `MPI_Error_string` (MPI 3.1, §8.3).
private func text(of code: CInt) -> String {
  string(ofAtMost: MPI_MAX_ERROR_STRING) { text, length in
    // int MPI_Error_string(int errorcode, char *string, int *resultlen)
    MPI_Error_string(code, text, &length)
  } ?? "error code \(code)"
}

/// The text that a call writes into a buffer of `capacity` characters, or nil if the call fails.
func string(
  ofAtMost capacity: CInt, _ call: (UnsafeMutablePointer<CChar>, inout CInt) -> CInt
) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(capacity) + 1) { buffer in
    buffer.initialize(repeating: 0)
    guard let start = buffer.baseAddress else { return nil }
    var length: CInt = 0
    guard call(start, &length) == MPI_SUCCESS else { return nil }
    return String(cString: start)
  }
}
