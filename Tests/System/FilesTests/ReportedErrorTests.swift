import Files
import Testing

@Suite struct ReportedErrorTests {
  @Test func aSentenceIsOneLine() {
    let error = FileError(.malformed, "found 'a\nb\u{1b}[31mé\t' in 'x\r'")
    #expect(error.sentence == #"found 'a\nb\u{1B}[31mé\t' in 'x\r'"#)
  }
}
