import Files
import Testing

@Suite struct ForeignTextTests {
  @Test(
    arguments: [
      ("\u{1B}[31mred", #"\u{1B}[31mred"#), ("a\nb\tc\r", #"a\nb\tc\r"#),
      ("\u{7F}\u{9B}1m\u{85}", #"\u{7F}\u{009B}1m\u{0085}"#),
      ("\u{202E}gnp.exe", #"\u{202E}gnp.exe"#),
      ("\u{2066}a\u{2069}\u{200F}\u{61C}", #"\u{2066}a\u{2069}\u{200F}\u{061C}"#),
      ("a\u{200B}b\u{200D}\u{FEFF}\u{AD}", #"a\u{200B}b\u{200D}\u{FEFF}\u{00AD}"#),
      ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#), ("x\u{E0041}\u{E007F}", #"x\u{000E0041}\u{000E007F}"#),
      ("\u{3164}\u{115F}\u{34F}", #"\u{3164}\u{115F}\u{034F}"#),
    ]) func whatNobodySeesIsSpelledOut(text: String, shown: String)
  {
    #expect(text.shown == shown)
    #expect(text.shownLines == shown.replacing(#"\n"#, with: "\n"))
  }

  @Test(arguments: ["Käfer", "e\u{301}tude", "犬と猫", "сова", "قطة", "नमस्ते", "🦉", "it's \\a \"b\"", "a\u{3000}b", ""])
  func whatPeopleReadStays(text: String) {
    #expect(text.shown == text && text.shownLines == text)
  }

  @Test func aTextWithoutEndHasOne() {
    let text = String(repeating: "é", count: 1 << 20)
    #expect(text.shown.count < 20_000 && text.shown.hasSuffix("é… (2097152 bytes)"))
  }

  @Test func jsonStaysTheSameValue() throws {
    let names = ["a\u{202E}b", "c\u{9B}\u{7F}", "d\u{E0041}", "Käfer 犬", "e\n\u{1B}"]
    let text = JSONText.printable(JSONText.encode(names, isPretty: true))
    #expect(!text.unicodeScalars.contains { $0.isHidden && $0 != "\n" } && text.contains("Käfer 犬"))
    #expect(try JSONText.decode([String].self, from: Array(text.utf8)) == names)
  }

  @Test(
    arguments: [
      ("runs/mine-2", "runs/mine-2"), ("it's", #"'it'\''s'"#), ("a b", "'a b'"), ("", "''"), ("$(x)", "'$(x)'"),
      ("'", #"''\'''"#), ("~/a", "'~/a'"), ("über", "'über'"), ("a\\b", #"'a\b'"#),
    ]) func oneWordForAShell(text: String, word: String)
  {
    #expect(text.quotedForShell == word)
  }
}
