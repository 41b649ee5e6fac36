import Sampling
import Testing

/// Names of folders for classes that others named.
@Suite struct ClassFoldersTests {
  private func names(_ classNames: [String]) -> [String] {
    let folders = ClassFolders(Array(classNames.indices), classNames: classNames)
    return classNames.indices.map { folders[$0] }
  }

  @Test func areTheNamesOfTheClassesWhereThatCanBe() {
    for name in ["Sandal", "Ankle boot", "caf\u{e9}", "字", "-x", "a.b", "CON", "x'y\"z", "~", "*"] {
      #expect(names([name]) == [name])
    }
    let folders = ClassFolders([3, 0], classNames: nil)
    #expect(folders[3] == "class 3" && folders[0] == "class 0")
    #expect(ClassFolders([1], classNames: ["a"])[1] == "class 1", "a class beyond those with names")
  }

  @Test(arguments: [
    ("T-shirt/top", "T-shirt_top-0"), ("", "_-0"), (".", "_-0"), ("..", "_.-0"), (".hidden", "_hidden-0"),
    ("../../etc/passwd", "_._.._etc_passwd-0"), ("/", "_-0"), ("a\u{0}b", "a_b-0"), ("a\nb", "a_b-0"),
    ("\u{1B}[31mred", "_[31mred-0"), ("a\u{202E}b", "a_b-0"), ("a\\b", "a_b-0"),
  ])
  func areLikeThemWhereNot(name: String, folder: String) { #expect(names([name]) == [folder]) }

  @Test func areShortEnough() {
    for name in [
      String(repeating: "x", count: 5000), String(repeating: "字", count: 90), String(repeating: "\u{0}", count: 300),
    ] {
      let folder = names([name])[0]
      #expect(folder.utf8.count <= 210 && folder.utf8.count > 190 && folder.hasSuffix("-0"))
    }
  }

  @Test func belongToOneClassEach() {
    for classNames in [
      ["a/b", "a_b", "a\\b", "a_b-0", "a_b-2"], ["x", "x", "x-1", "x"], ["e\u{301}", "\u{e9}"], ["", "_", "_-0", "."],
    ] {
      let folders = names(classNames)
      #expect(Set(folders).count == classNames.count, "\(folders)")
    }
    // A class that has a good name keeps it, whatever comes before.
    #expect(names(["a/b", "a_b-0"])[1] == "a_b-0")
  }
}
