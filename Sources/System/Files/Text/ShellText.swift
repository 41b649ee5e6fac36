extension String {
  /// The text as one word for any POSIX shell, in quotes where it needs them.
  package var quotedForShell: String {
    let isPlain = !isEmpty && wholeMatch(of: /[A-Za-z0-9_.,:=@%+\/-]+/) != nil
    return isPlain
      ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
