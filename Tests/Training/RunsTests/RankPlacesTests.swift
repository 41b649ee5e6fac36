import TestSupport
import Runs
import DataParallel
import Testing

@Suite struct RankPlacesTests {
  private static func places(
    _ ranks: [(host: String, processors: ClosedRange<Int>, threads: Int)]
  ) -> RankPlaces {
    RankPlaces(ranks.map { RankPlace(host: $0.host, processors: Array($0.processors), threads: $0.threads) })
  }

  @Test func hostsAreNamedOnce() {
    #expect(Self.places([("b", 0...1, 1), ("a", 0...1, 1), ("b", 0...1, 1)]).hosts == ["b", "a"])
    #expect(RankPlaces([]).hosts.isEmpty && RankPlaces([]).warning == nil)
  }

  @Test func threadsThatHaveCores() {
    #expect(Self.places([("a", 0...3, 4)]).warning == nil)
    #expect(Self.places([("a", 0...3, 2), ("a", 0...3, 2), ("b", 0...3, 4)]).warning == nil)
    #expect(Self.places([("a", 0...1, 2), ("a", 2...3, 2)]).warning == nil)
    // A system that does not tell is not complained about.
    #expect(RankPlaces([RankPlace(host: "a", processors: [], threads: 64)]).warning == nil)
  }

  @Test func threadsThatShareCores() throws {
    for (ranks, words) in [
      ([("a", 0...3, 5)], ["5 threads of 1 rank on a", "4 cores"]),
      ([("a", 0...3, 4), ("b", 0...0, 1), ("b", 0...0, 1)], ["2 threads of 2 ranks on b", "1 core,"]),
      ([("a", 0...3, 4), ("a", 0...3, 1)], ["5 threads of 2 ranks on a", "4 cores"]),
      ([("a", 0...0, 2), ("a", 1...5, 2)], ["the 2 threads of a rank on a", "1 core,", "slot:PE=2"]),
    ] {
      let warning = try #require(Self.places(ranks).warning)
      for word in words { #expect(warning.contains(word), "\(warning)") }
    }
  }

  @Test func sumsThatOverlap() {
    let (oneHost, full) = (
      Self.places([("a", 0...3, 1), ("a", 0...3, 1)]), Self.places([("a", 0...1, 2), ("b", 0...1, 2)])
    )
    let spare = Self.places([("a", 0...2, 2), ("b", 0...3, 2)])
    #expect(oneHost.overlap(bytesPerSecond: 1e8) == .none && oneHost.overlap(bytesPerSecond: .infinity) == .none)
    #expect(full.overlap(bytesPerSecond: 1e8) == .thread && full.overlap(bytesPerSecond: 1e9) == .none)
    #expect(spare.overlap(bytesPerSecond: 1e9) == .thread)
  }

  @Test func familiesThatDiffer() throws {
    func warning(_ families: String?...) -> String? {
      RankPlaces(
        families.enumerated().map { RankPlace(host: "host\($0)", family: $1, processors: [], threads: 1) }
      ).familyWarning
    }
    #expect(warning("a", "a") == nil && warning(nil, "a", nil) == nil && warning() == nil)
    let text = try #require(warning(nil, "a", "a", "b"))
    #expect(text.contains("host1 (a) and host3 (b)"), "\(text)")
  }

  @Test func memoryOfAllRanksOfAHostCounts() {
    func place(_ host: String, _ needed: Int, _ available: Int?) -> RankPlace {
      RankPlace(
        host: host, processors: [0], threads: 1, neededBytes: needed << 20, availableBytes: available.map { $0 << 20 })
    }
    for enough in [
      [place("a", 1000, 1000)], [place("a", 500, 1000), place("a", 500, 1000)],
      [place("a", 900, 1000), place("b", 900, 1000)], [place("a", 9000, nil)],
    ] {
      #expect(throws: Never.self) { try RankPlaces(enough).checkMemory() }
    }
    for (short, words) in [
      ([place("a", 1001, 1000)], ["1,001 MiB", "1 rank on a", "1,000 MiB"]),
      (
        [place("b", 1, 1000), place("a", 600, 1010), place("a", 600, 1000)], ["1,200 MiB", "2 ranks on a", "1,000 MiB"]
      ),
    ] {
      expectError(69, mentions: words + ["--batch"]) { try RankPlaces(short).checkMemory() }
    }
  }

  @Test func processorsAsTheSystemListsThem() {
    for (text, processors) in [
      ("Name:\tx\nCpus_allowed_list:\t0-2,5,7-8\nMems:\t0\n", [0, 1, 2, 5, 7, 8]), ("Cpus_allowed_list:\t3\n", [3]),
      ("Cpus_allowed_list:\t\n", []), ("Cpus_allowed_list:\t5-x,4-1\n", [5]), ("", []),
    ] {
      #expect(RankPlace.allowedProcessors(inStatus: text) == processors)
    }
    #expect(!RankPlace(threads: 1, neededBytes: 0).processors.isEmpty)
  }
}
