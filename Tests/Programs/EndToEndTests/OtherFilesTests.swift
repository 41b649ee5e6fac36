import Foundation
import TestSupport
import Testing

/// Training on data sets in files that other programs wrote: those of Tests/Fixtures/data, and fresh ones where Python has the
/// programs (`PYTHON` names the interpreter).
@Suite("Files of other programs") struct OtherFiles {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// What `--data` may be, in a folder that make_data.py fills.
  private static let sources = [
    "hdf5:planar.hdf5", "hdf5:planar-lzf.hdf5", "hdf5:packed-gzip.hdf5", "hdf5:pieces.hdf5", "hdf5:headers.hdf5",
    "npz:named-deflated.npz", "cifar10:cifar-10-batches-py", "cifar100:cifar-100-python:coarse",
    "cifar100:cifar-100-binary",
    "webdataset:shards-{000..001}.tar", "tfrecord:records-raw", "tfrecord:records-encoded", "webdataset:webp.tar",
    "stylegan:stylegan",
    "stylegan:stylegan.zip",
  ]

  private func train(_ data: String, out: String, ranks: Int? = nil) throws -> Outcome {
    try Program.run(
      ["train", "--preset", "tiny", "--data", data, "--out", scratch.at(out), "--steps", "2"], ranks: ranks)
  }

  /// `--data` with the folder in it.
  private static func path(_ data: String, in folder: String) -> String {
    let parts = data.split(separator: ":", maxSplits: 1)
    return "\(parts[0]):\(folder)/\(parts[1])"
  }

  @Test(arguments: sources) func committedFilesAreTrainedOn(data: String) throws {
    let data = Self.path(data, in: Program.package.path + "/Tests/Fixtures/data")
    let outcome = try train(data, out: "runs/one")
    expectSuccess(outcome)
    for line in ["; fingerprint ", "originals: ", "labels: ", "pixels in 0…1: mean "] {
      #expect(outcome.output.contains(line), "'\(line)' in \(outcome.description)")
    }
    // Two ranks open the same file, and compare what they see.
    expectSuccess(try train(data, out: "again/two", ranks: 2))
    #expect(differences(try scratch.tree("runs/one/checkpoints"), try scratch.tree("again/two/checkpoints")) == [])
  }

  /// What messages advise for HDF5 files in forms that are not read, where HDF5's tools are installed.
  @Test(arguments: [("latest", "h5repack -l CONTI"), ("scaled", "h5repack -f GZIP=4")])
  func rewrittenFilesAreTrainedOn(name: String, cure: String) throws {
    let file = Program.package.path + "/Tests/Fixtures/data/\(name).hdf5"
    expectSentence(try train("hdf5:" + file, out: "runs/out"), code: 65, ["'\(cure) OLD NEW'"])
    guard try RunningCommand(["sh", "-c", "command -v h5repack"]).wait().code == 0 else {
      return print("h5repack is not installed: '\(cure)' was not run.")
    }
    let command = "\(cure) '\(file)' new.hdf5"
    expectSuccess(try RunningCommand(["sh", "-c", command], in: scratch).wait())
    expectSuccess(try train("hdf5:" + scratch.at("new.hdf5"), out: "runs/out"))
  }

  @Test func freshFilesAreTrainedOn() throws {
    let process = try ChildProcess(
      [
        "/usr/bin/env", ProcessInfo.processInfo.environment["PYTHON"] ?? "python3",
        Program.package.path + "/Tests/Fixtures/make_data.py", scratch.at("fresh"),
      ], output: scratch.at("output"), errors: scratch.at("errors"))
    let code = try #require(process.wait(seconds: 900))
    guard code == 0 else {
      print("Data sets were not made anew by other programs: \(try scratch.text("errors").suffix(300))")
      return
    }
    for (number, data) in Self.sources.enumerated() {
      expectSuccess(try train(Self.path(data, in: scratch.at("fresh")), out: "runs/\(number)"))
    }
  }
}
