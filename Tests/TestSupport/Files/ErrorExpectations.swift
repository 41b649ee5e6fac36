public import Files
public import Testing

/// Expects an error of an exit code whose message is one sentence and contains every word of `mentions`.
public func expectError<Result>(
  _ exitCode: Int32, mentions: [String], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("expected an error that mentions \(mentions)", sourceLocation: sourceLocation)
  } catch let error as any ReportedError {
    #expect(error.exitCode == exitCode, "\(error)", sourceLocation: sourceLocation)
    for word in mentions {
      #expect(error.description.contains(word), "'\(error)' lacks '\(word)'", sourceLocation: sourceLocation)
    }
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected an error with an exit code and found \(error)", sourceLocation: sourceLocation)
  }
}

/// Expects a `FileError` of a kind whose message is one sentence and contains every word of `mentions`.
public func expectError<Result>(
  _ kind: FileError.Kind, mentions: [String], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  expectError(FileError(kind, "").exitCode, mentions: mentions, sourceLocation: sourceLocation) {
    do {
      return try body()
    } catch let error as FileError {
      #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
      throw error
    }
  }
}
