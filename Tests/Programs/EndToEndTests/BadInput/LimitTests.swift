import Foundation
import Testing

/// Limits that the system sets, and readers that leave.
@Suite struct Limits {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A wrapper under which the system starts no further thread: none has room for such a stack.
  ///
  /// A limit of processes does the same for users who are not root.
  private static let withoutThreads = ["bash", "-c", "ulimit -s 200000000000 || exit 99; exec \"$@\"", "bash"]

  private func train(_ more: String...) -> [String] {
    ["train", "--preset", "tiny", "--data", "synthetic:count=64", "--steps", "2", "--out", scratch.at("run")] + more
  }

  @Test func noFurtherThreads() throws {
    guard try RunningCommand(Self.withoutThreads + ["true"]).wait().code == 0 else { return }
    let before = try scratch.tree()
    for arguments in [train(), train("--threads", "2"), ["bench", "kernels", "--preset", "tiny", "--threads", "2"]] {
      let outcome = try Program.run(arguments, under: Self.withoutThreads)
      expectSentence(outcome, code: 71, ["no further thread", "--threads", "ulimit -u"])
    }
    try expectUntouched(scratch, since: before)
    // The cure that is named: a command that needs one thread.
    expectSuccess(try Program.run(train("--dry-run"), under: Self.withoutThreads))
    expectSuccess(try Program.run(train()))
    let sample = ["sample", "--checkpoint", scratch.at("run"), "--out", scratch.at("grid.png")]
    expectSentence(
      try Program.run(sample + ["--threads", "2"], under: Self.withoutThreads), code: 71, ["no further thread"])
    expectSuccess(try Program.run(sample, under: Self.withoutThreads))
  }

  @Test func filesThatMayNotGrow() throws {
    expectSuccess(try Program.run(train()))
    let before = try scratch.tree()
    let small = ["bash", "-c", "ulimit -f 4; exec \"$@\"", "bash"]
    for arguments in [
      ["sample", "--checkpoint", scratch.at("run"), "--out", scratch.at("grid.png")],
      ["sample", "--checkpoint", scratch.at("run"), "--tensors", scratch.at("x.safetensors")],
      ["audit", "--checkpoint", scratch.at("run"), "--batch", "8", "--out", scratch.at("a.safetensors")],
    ] {
      expectSentence(try Program.run(arguments, under: small), code: 73, ["File too large", "ulimit -f"])
    }
    try expectUntouched(scratch, since: before)
  }

  @Test func aReaderThatHasLeft() throws {
    expectSuccess(try Program.run(train()))
    // The reader is gone before the first byte.
    let deaf = ["bash", "-c", "set -o pipefail; { sleep 0.5; exec \"$@\"; } | true", "bash"]
    for arguments in [["inspect", scratch.at("run")], ["presets", "tiny"], train("--print-config")] {
      let outcome = try Program.run(arguments, under: deaf)
      #expect(outcome.code == 141 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome.description)")
    }
    #expect(try RunningCommand(["bash", "-c", "\(Program.path) presets | head -1"]).wait().code == 0)
  }
}
