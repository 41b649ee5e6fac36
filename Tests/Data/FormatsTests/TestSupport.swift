import Formats
import Foundation
import Testing

/// A directory that is removed when the last reference goes.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/formats-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, _ content: [UInt8]) throws -> String {
    let path = path + "/" + name
    // Rewriting a file in place makes some file systems flush the old one to disk: milliseconds, thousands of times.
    unlink(path)
    try Data(content).write(to: URL(fileURLWithPath: path))
    return path
  }

  func content(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}

/// The bytes of hexadecimal digits; spaces and line ends are skipped.
func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Expects a `FormatError` of a kind whose message contains every word of `mentions` and is one sentence.
func expectError<Result>(
  _ kind: FormatError.Kind, mentions: [String], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("expected an error that mentions \(mentions)", sourceLocation: sourceLocation)
  } catch let error as FormatError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    for word in mentions {
      #expect(error.message.contains(word), "'\(error)' lacks '\(word)'", sourceLocation: sourceLocation)
    }
    #expect(!error.message.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
  }
}
