import Foundation
import TestSupport
import Testing

/// `evaluate --like` against the programs themselves, by Tests/pytorch/check_scores.py, where Python has them.
///
/// `PYTHON` names the interpreter. `SAGAN_TEST_ALL=1` takes two sets of 600 pictures.
@Suite("Figures of other programs", .serialized) struct OtherProgramTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let isWhole = environment["SAGAN_TEST_ALL"] == "1"

  @Test func figuresAreThoseOfTheProgramsThemselves() throws {
    let scratch = try Scratch()
    let options = Self.isWhole ? ["--pictures", "600", "--whole", "--subset-size", "300", "--subsets", "20"] : []
    let process = try ChildProcess(
      [
        "/usr/bin/env", Self.environment["PYTHON"] ?? "python3",
        Program.package.path + "/Tests/pytorch/check_scores.py", Program.path, scratch.at("check"),
      ] + options, output: scratch.at("output"), errors: scratch.at("errors"))
    let code = try #require(process.wait(seconds: 2 * 3600))
    let (output, errors) = (try scratch.text("output"), try scratch.text("errors"))
    print(output)
    if code == 77 || code == 127 {
      print("Figures were not compared with other programs': \(errors.suffix(300))")
      return
    }
    #expect(
      code == 0 && output.contains(" passed, 0 failed"), "\(output)\(errors.suffix(2000))")
  }
}
