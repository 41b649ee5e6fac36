import Foundation
import Testing

/// Checks that a command ended well and complained of nothing.
func expectSuccess(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(
    outcome.code == 0 && !outcome.errors.contains("sagan:"), "\(outcome.description)", sourceLocation: sourceLocation)
}

/// Checks that a command ended with a code and one sentence, said once.
///
/// - Parameters:
///   - outcome: How it ended.
///   - code: A code of docs/exit-codes.md.
///   - words: What the sentence has to contain.
///   - sourceLocation: Where to report a failure.
func expectSentence(
  _ outcome: Outcome, code: Int32, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.code == code, "\(outcome.description)", sourceLocation: sourceLocation)
  let lines = outcome.errors.split(separator: "\n").map(String.init)
  let sentences = lines.filter { $0.hasPrefix("sagan: ") }
  #expect(sentences.count == 1, "one sentence of sagan; \(outcome.description)", sourceLocation: sourceLocation)
  // mpirun adds notices of its own; alone, the sentence is all there is.
  if !outcome.command.hasPrefix("mpirun") {
    #expect(lines == sentences, "nothing but a sentence; \(outcome.description)", sourceLocation: sourceLocation)
  }
  for word in words {
    #expect(
      sentences.joined().contains(word), "a sentence with '\(word)'; \(outcome.description)",
      sourceLocation: sourceLocation)
  }
  for word in ["Fatal error", "unexpected error", "Swift/", "Error Domain", "NSCocoaErrorDomain", "\"Error\""] {
    #expect(
      !outcome.errors.contains(word), "no '\(word)'; \(outcome.description)", sourceLocation: sourceLocation)
  }
}

/// Checks that a directory holds what it held before.
func expectUntouched(
  _ scratch: Scratch, since before: [String: Data], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let changed = differences(before, try scratch.tree())
  #expect(changed == [], "files created, changed or removed", sourceLocation: sourceLocation)
}

/// Checks that a command printed these warnings and nothing else on standard error, apart from mpirun's notices.
///
/// - Parameters:
///   - outcome: How it ended.
///   - warnings: What each of the warnings has to contain.
///   - sourceLocation: Where to report a failure.
func expectWarnings(
  _ outcome: Outcome, _ warnings: [String]..., sourceLocation: SourceLocation = #_sourceLocation
) {
  let lines = outcome.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("warning: ") }
  #expect(lines.count == warnings.count, "\(outcome.description)", sourceLocation: sourceLocation)
  for (line, words) in zip(lines, warnings) {
    for word in words {
      #expect(line.contains(word), "a warning with '\(word)'; \(outcome.description)", sourceLocation: sourceLocation)
    }
  }
  #expect(!outcome.errors.contains("sagan:"), "\(outcome.description)", sourceLocation: sourceLocation)
}
