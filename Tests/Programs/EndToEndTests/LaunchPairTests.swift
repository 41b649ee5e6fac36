import Foundation
import Synchronization
import Testing

/// Everything that may differ from launch to launch, in pairs: each value beside each other value somewhere.
///
/// Every run makes ten steps in one way and ten more on another number of ranks; its checkpoints and metrics are those of
/// a run on one rank that was not interrupted. `SAGAN_TEST_ALL=1` runs all combinations instead (`make test-all`).
@Suite struct LaunchPairs {
  /// Networks, shards, ranks, ranks after the resumption, threads, batch norm, shards at once, and how sums are taken.
  static let table = """
    acgan  4  1  1  1  shard   all  canonical+thread
    sagan  4  1  1  2  global  all  gather
    sagan  4  1  2  2  shard   1    mpi
    sagan  4  1  2  1  shard   1    canonical
    acgan  4  1  4  2  shard   2    canonical+polling
    sagan  4  2  1  1  global  2    mpi
    acgan  4  2  1  2  shard   1    canonical
    acgan  4  2  1  1  global  2    canonical+polling
    acgan  4  2  2  2  global  all  gather
    sagan  4  2  4  2  shard   1    canonical+thread
    acgan  4  4  1  1  global  all  canonical+thread
    sagan  4  4  1  2  shard   1    canonical
    acgan  4  4  2  2  shard   1    canonical+polling
    sagan  4  4  4  1  global  1    gather
    sagan  6  1  1  2  global  all  canonical+thread
    sagan  6  1  1  2  shard   all  canonical
    acgan  6  1  3  2  shard   1    mpi
    acgan  6  1  3  1  global  all  gather
    sagan  6  1  3  1  shard   2    canonical+polling
    acgan  6  3  1  2  shard   1    canonical+polling
    sagan  6  3  1  1  global  2    gather
    sagan  6  3  3  1  global  2    canonical
    acgan  6  3  3  1  global  all  canonical+thread
    acgan  8  1  1  2  shard   1    canonical
    sagan  8  1  1  1  global  all  canonical+thread
    sagan  8  1  2  2  shard   2    canonical+polling
    acgan  8  1  4  1  shard   all  mpi
    sagan  8  1  8  2  global  all  gather
    sagan  8  2  1  2  shard   2    gather
    acgan  8  2  2  1  global  all  canonical+polling
    acgan  8  2  4  2  shard   1    canonical
    sagan  8  2  8  1  shard   2    canonical+thread
    sagan  8  2  8  2  shard   1    mpi
    acgan  8  4  1  2  shard   1    canonical
    acgan  8  4  2  2  global  all  canonical+thread
    acgan  8  4  4  2  shard   2    gather
    sagan  8  4  8  1  shard   1    canonical+polling
    sagan  8  8  1  2  shard   1    gather
    sagan  8  8  2  1  global  1    canonical+polling
    sagan  8  8  4  1  shard   1    canonical+thread
    acgan  8  8  8  2  global  all  canonical
    """

  /// MPI's own sum has the bits of the tree on two ranks alone, which have one sum.
  static let everything: [Way] = {
    let ranks = [4: [1, 2, 4], 6: [1, 3], 8: [1, 2, 4, 8]]
    let sums = ["canonical", "canonical+polling", "canonical+thread", "mpi", "gather"]
    var columns: [[String]] = [[]]
    for values in [
      ["sagan", "acgan"], ["4", "6", "8"], ["1", "2", "3", "4", "8"], ["1", "2", "3", "4", "8"], ["1", "2"],
      ["shard", "global"], ["all", "1", "2"], sums,
    ] { columns = columns.flatMap { row in values.map { row + [$0] } } }
    return columns.map(Way.init).filter { way in
      let allowed = ranks[way.shards] ?? []
      let own = way.shards / way.ranks
      let atOnce = way.shardsAtOnce ?? own
      return allowed.contains(way.ranks) && allowed.contains(way.ranksAfter) && own % atOnce == 0
        && (way.norm == "shard" || atOnce == own) && (way.sums != "mpi" || way.ranks <= 2)
    }
  }()

  static let tested: [Way] =
    ProcessInfo.processInfo.environment["SAGAN_TEST_ALL"] == "1"
    ? everything : table.split(separator: "\n").map { Way($0.split(separator: " ").map(String.init)) }

  @Test(arguments: tested) func launchesChangeNothing(way: Way) throws {
    let scratch = try Scratch()
    let reference = try way.reference()
    expectSuccess(try Program.run(way.arguments(scratch.at("run"), steps: 10) + way.options, ranks: way.ranks))
    expectSuccess(
      try Program.run(way.arguments(scratch.at("run"), steps: 20) + ["--resume", "auto"], ranks: way.ranksAfter))
    let (expected, found) = (try reference.tree("run/checkpoints"), try scratch.tree("run/checkpoints"))
    #expect(expected.keys.contains("step-00000020/state.safetensors"))
    #expect(differences(expected, found) == [])
    #expect(try reference.results("run") == scratch.results("run"))
    #expect(try reference.results("run").count == 20)
  }

  /// Networks of published width, whose packed kernels, slices of sums and blocks of sweeps those of the tiny ones never reach.
  @Test func launchesChangeNothingInWideNetworks() throws {
    let scratch = try Scratch()
    func train(_ out: String, steps: Int, ranks: Int?, _ more: [String]) throws {
      let settings = ["width=64", "initial-gamma=0.5", "average-start=1", "sample-every=1000000", "log-every=1"]
      expectSuccess(
        try Program.run(
          ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)"]
            + settings.flatMap { ["--set", $0] } + more, ranks: ranks))
    }
    try train("alone", steps: 2, ranks: nil, [])
    try train("ranks", steps: 1, ranks: 2, ["--threads", "2", "--shards-at-once", "1"])
    try train("ranks", steps: 2, ranks: 4, ["--overlap", "polling", "--resume", "auto"])
    let (expected, found) = (try scratch.tree("alone/checkpoints"), try scratch.tree("ranks/checkpoints"))
    #expect(expected["step-00000002/state.safetensors"] != nil)
    #expect(differences(expected, found.filter { !$0.key.hasPrefix("step-00000001") }) == [])
    #expect(try scratch.results("alone") == scratch.results("ranks"))
  }

  /// A pair that can be launched and is not in the table would be a hole in the promise.
  @Test func everyPairIsInTheTable() {
    let missing = Set(Self.everything.flatMap(\.pairs)).subtracting(Self.tested.flatMap(\.pairs))
    #expect(missing.isEmpty, "\(missing.sorted())")
    #expect(Set(Self.tested).isSubset(of: Self.everything))
  }
}

/// One way to launch a run.
struct Way: Hashable, CustomTestStringConvertible {
  private let columns: [String]

  init(_ columns: [String]) { self.columns = columns }

  var testDescription: String { columns.joined(separator: " ") }
  var shards: Int { number(1) }
  var ranks: Int { number(2) }
  var ranksAfter: Int { number(3) }
  var norm: String { columns[5] }
  var shardsAtOnce: Int? { Int(columns[6]) }
  var sums: String { columns[7] }

  private func number(_ column: Int) -> Int { Int(columns[column]) ?? 0 }

  /// Shards and ranks belong together; every two other columns are a pair.
  var pairs: [String] {
    let names = ["network", "ranks", "ranks after", "threads", "norm", "at once", "sums"]
    let values = [columns[0], "\(shards)/\(ranks)"] + columns[3...]
    return names.indices.flatMap { a in
      (a + 1..<names.count).map { b in "\(names[a]) \(values[a]), \(names[b]) \(values[b])" }
    }
  }

  /// What decides the numbers.
  private var configuration: [String] {
    let head = columns[0] == "acgan" ? "classifier" : "projection"
    return ["--shards", "\(shards)", "--batch", "\(2 * shards)"]
      + ["head=\(head)", "batch-norm=\(norm)"].flatMap { ["--set", $0] }
  }

  func arguments(_ out: String, steps: Int) -> [String] {
    ["train", "--preset", "tiny", "--out", out, "--steps", "\(steps)"] + configuration
      + ["log-every=1", "checkpoint-every=10", "sample-every=1000000"].flatMap { ["--set", $0] }
  }

  /// What must not.
  var options: [String] {
    let words = sums.split(separator: "+").map(String.init)
    return ["--threads", columns[4], "--reduction", words[0]] + (words.count > 1 ? ["--overlap", words[1]] : [])
      + (shardsAtOnce.map { ["--shards-at-once", "\($0)"] } ?? [])
  }

  private static let references = Mutex<[[String]: Scratch]>([:])

  /// A folder with the run that nothing interrupts, on one rank and one thread; it is made once.
  func reference() throws -> Scratch {
    try Self.references.withLock { references in
      if let made = references[configuration] { return made }
      let scratch = try Scratch()
      expectSuccess(try Program.run(arguments(scratch.at("run"), steps: 20)))
      references[configuration] = scratch
      return scratch
    }
  }
}
