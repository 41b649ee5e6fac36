import Files
import Testing

@Suite struct ReportedErrorTests {
  @Test func aSentenceIsOneLine() {
    let error = FileError(.malformed, "found 'a\nb\u{1b}[31mé\t' in 'x\r'")
    #expect(error.sentence == #"found 'a\nb\u{1B}[31mé\t' in 'x\r'"#)
  }

  @Test func aSentenceCanBeRead() {
    let error = FileError(.malformed, "found '" + String(repeating: "(", count: 1_000_000) + "' in line 7")
    #expect(
      error.sentence.count < 2000 && error.sentence.hasPrefix("found '(((") && error.sentence.hasSuffix("' in line 7"))
  }
}
