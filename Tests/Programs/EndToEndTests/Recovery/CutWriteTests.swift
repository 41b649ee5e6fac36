import CSystemCalls
import Foundation
import Testing

/// How a program ended that was to be killed at a system call that changes a file.
private struct Cut {
  /// The call that did not take place, or only by half, with its path; `nil` if the program ended before.
  let call: String?
  /// The exit code of a program that ended by itself.
  let code: Int32

  /// Whether this process may trace another one.
  static let isPossible: Bool = {
    guard let scratch = try? Scratch() else { return false }
    return Cut(of: ["/bin/true"], in: scratch, "nothing", at: 1, ofEveryWrite: true).code == 0
  }()

  /// Runs a command that is killed at a moment, counted from 1, and waits for its end.
  ///
  /// - Parameters:
  ///   - command: The program's path and arguments.
  ///   - scratch: Where the directory is; what the program prints goes to the file `log` there.
  ///   - directory: Only calls that change it, or something in it, count.
  ///   - moment: A call is one, and half of a write is another one.
  ///   - ofEveryWrite: Whether that holds for writes that follow a write to the same file, too.
  init(of command: [String], in scratch: Scratch, _ directory: String, at moment: Int, ofEveryWrite: Bool) {
    var words = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var text = [CChar](repeating: 0, count: 512)
    // The system's own paths have no symbolic links, which the path of the directory for tests may have.
    let marker = URL(fileURLWithPath: scratch.path).lastPathComponent + "/" + directory
    let end = system_calls_cut(&words, scratch.at("log"), marker, ofEveryWrite, Int32(moment), &text, text.count)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    call = end.was_cut ? String(decoding: bytes, as: UTF8.self) : nil
    code = end.code
  }
}

/// A run that is killed at each system call that changes a file of its directory, and continued.
///
/// Kills at random moments hardly ever hit the instants between two calls that follow each other at once.
@Suite(.enabled(if: Cut.isPossible, "needs the right to trace a process")) struct CutWrites {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A network of few tensors, as each of them is a write of its own.
  private func arguments(_ out: String, steps: Int) -> [String] {
    let settings = [
      "log-every=1", "checkpoint-every=2", "sample-every=2", "keep=1", "generator-attention=none",
      "discriminator-attention=none", "generator-spectral-norm=false", "discriminator-spectral-norm=false",
    ]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] }
  }

  /// What a run's checkpoint holds; nothing for step 0.
  private func checkpoint(_ run: String, _ step: Int) throws -> [String: Data] {
    step == 0 ? [:] : try scratch.tree(run + "/checkpoints/step-" + String(format: "%08d", step))
  }

  /// Two steps that start a run, with fewer cuts as they are told from the others by little, and two that continue one,
  /// half of the cuts each for the sake of two cores.
  @Test(arguments: [
    (before: 0, first: 1, stride: 1), (before: 2, first: 1, stride: 2), (before: 2, first: 2, stride: 2),
  ])
  func aCutAtAnyCallChangesNothing(before: Int, first: Int, stride: Int) throws {
    let (after, end) = (before + 2, before + 4)
    for step in [before, after, end] where step > 0 {
      expectSuccess(try Program.run(arguments("reference\(step)", steps: step)))
    }
    let whole = [
      before: try checkpoint("reference\(before)", before), after: try checkpoint("reference\(after)", after),
    ]
    var files: Set<String> = []
    var latest: Set<Int> = []
    var moment = first
    while true {
      // The name tells which cut it was that a failure is about.
      let run = "run\(moment)"
      if before > 0 {
        try FileManager.default.copyItem(atPath: scratch.at("reference\(before)"), toPath: scratch.at(run))
      }
      let command = [Program.path] + arguments(run, steps: after)
      let cut = Cut(of: command, in: scratch, run, at: moment, ofEveryWrite: before > 0)
      guard let call = cut.call else {
        let said = try scratch.text("log")
        #expect(cut.code == 0, "\(run): \(said)")
        break
      }
      files.insert(call.split(separator: "/").last.map(String.init) ?? "")
      let step = scratch.latest(run)
      latest.insert(step)
      let changed = differences(try checkpoint(run, step), whole[step] ?? [:])
      #expect(changed == [] && whole.keys.contains(step), "'\(call)' left step \(step)")
      let outcome = try Program.run(arguments(run, steps: end))
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "after '\(call)': \(outcome.description)")
      try expectSameRun(scratch, "reference\(end)", run)
      try scratch.remove(run)
      moment += stride
    }
    print("\((moment - first) / stride) cuts of a run after step \(before)")
    #expect(moment > 40, "moments of two steps and a checkpoint")
    #expect(latest == [before, after])
    // Each cut run makes random names of its own.
    #expect(files.contains("metrics.jsonl") && files.count { $0.hasPrefix(".sagan-") } > 20, "\(files.sorted())")
  }
}
