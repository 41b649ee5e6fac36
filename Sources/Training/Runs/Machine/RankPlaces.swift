internal import Files
package import DataParallel
internal import Foundation

/// Where a rank runs, and what it needs there.
package struct RankPlace: Codable {
  /// The host's name.
  package let host: String
  /// The machine that runs it, which several hosts made of namespaces or containers share; where the system tells.
  package let machine: String?
  /// The family of its processors, where the system tells.
  package let family: String?
  /// The processors that the rank may use, by their numbers.
  package let processors: [Int]
  /// The cores that these belong to, each by the least number of its processors.
  package let cores: [Int]
  /// Its threads.
  package let threads: Int
  /// The memory that it will take, in bytes.
  package let neededBytes: Int
  /// The memory that its host has for all its ranks, in bytes, where the system tells.
  package let availableBytes: Int?
  /// How much time of processors its control group has, where that is limited.
  package let quota: ProcessorQuota?

  /// The place of this process.
  package init(threads: Int, neededBytes: Int) {
    host = ProcessInfo.processInfo.hostName
    machine = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
    processors = Self.allowedProcessors(
      inStatus: (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? "")
    cores = Set(processors.map(Self.core(of:))).sorted()
    family = ProcessorFamily.own
    self.threads = threads
    self.neededBytes = neededBytes
    availableBytes = AvailableMemory().byteCount
    quota = ProcessorQuota()
  }

  /// A place, for tests.
  package init(
    host: String, family: String? = nil, processors: [Int], threads: Int, neededBytes: Int = 0,
    availableBytes: Int? = nil, quota: ProcessorQuota? = nil
  ) {
    self.host = host
    machine = nil
    self.family = family
    self.processors = processors
    cores = processors
    self.threads = threads
    self.neededBytes = neededBytes
    self.availableBytes = availableBytes
    self.quota = quota
  }

  /// The core of a processor, which shares it with other hardware threads.
  private static func core(of processor: Int) -> Int {
    let path = "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Int(text.prefix { $0.isNumber }) ?? processor
  }

  /// The numbers in a line such as `Cpus_allowed_list:	0-3,8`.
  package static func allowedProcessors(inStatus text: String) -> [Int] {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }) else { return [] }
    return line.drop { $0 != "\t" }.dropFirst().split(separator: ",").flatMap { range -> [Int] in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }
}

/// The places of all ranks, which rank 0 knows.
package struct RankPlaces {
  /// One place for each rank, on rank 0.
  package let ranks: [RankPlace]
  /// The names of the hosts, each once, in the order of ranks.
  package let hosts: [String]
  private let ofHosts: [String: [RankPlace]]

  /// Collects the places of all ranks; every rank calls it, and all but rank 0 hold none afterwards.
  package init(_ own: RankPlace, over replicas: ReplicaGroup) throws {
    self.init(
      try replicas.gather(Array(try JSONEncoder().encode(own))).map {
        try JSONDecoder().decode(RankPlace.self, from: Data($0))
      })
  }

  /// Places, for tests.
  package init(_ ranks: [RankPlace]) {
    self.ranks = ranks
    ofHosts = Dictionary(grouping: ranks, by: \.host)
    var seen: Set<String> = []
    hosts = ranks.map(\.host).filter { seen.insert($0).inserted }
  }

  /// Checks that every host has the memory that its ranks will take.
  ///
  /// - Throws: `InsufficientMemoryError` for the first host that has not.
  package func checkMemory() throws(InsufficientMemoryError) {
    for host in hosts {
      let here = ofHosts[host] ?? []
      let needed = here.reduce(0) { $0 + $1.neededBytes }
      guard let available = here.compactMap(\.availableBytes).min(), needed > available else { continue }
      throw InsufficientMemoryError(host: host, ranks: here.count, needed: needed, available: available)
    }
  }

  /// The warning where ranks may compute different bits; nil if there is none.
  package var familyWarning: String? {
    guard let first = ranks.first(where: { $0.family != nil }),
      let other = ranks.first(where: { $0.family != nil && $0.family != first.family })
    else { return nil }
    return
      "the CPU families of \(first.host) (\(first.family ?? "")) and \(other.host) (\(other.family ?? "")) differ: "
      + "their ranks may compute different bits, and the next comparison of replicas would end the run; use nodes of one family"
  }

  /// When sums of gradients are best taken.
  ///
  /// On one host a sum is copying, which takes a core's time whenever it is done: there is nothing to gain. Over a slow network
  /// it is waiting, which the backward pass can fill. Over a fast network the wait is shorter than the time that the thread
  /// which moves the sum on takes from the others if it shares a core with them (docs/performance.md, "Ranks").
  ///
  /// - Parameter bytesPerSecond: The rate of sums over the network.
  /// - Returns: When to sum; it changes no bit.
  package func overlap(bytesPerSecond: Double) -> Overlap {
    guard hosts.count > 1 else { return .none }
    let haveSpareCores = hosts.allSatisfy { host in
      let here = ofHosts[host] ?? []
      return Set(here.flatMap(\.processors)).count >= here.reduce(0) { $0 + $1.threads + 1 }
    }
    return haveSpareCores || bytesPerSecond < 0.5e9 ? .thread : .none
  }

  /// The warning where a quota of a control group holds threads up, which no number of cores tells; nil if there is none.
  package var quotaWarning: String? {
    for host in hosts {
      let groups = Dictionary(grouping: ofHosts[host] ?? []) { $0.quota?.group }
      for (group, ranks) in groups.sorted(by: { $0.key ?? "" < $1.key ?? "" }) {
        let threads = ranks.reduce(0) { $0 + $1.threads }
        guard group != nil, let quota = ranks.compactMap(\.quota?.processors).min(), Double(threads) > quota else {
          continue
        }
        return
          "\(counted(threads, "thread")) of \(counted(ranks.count, "rank")) on \(host) share a quota of "
          + "\(hundredths(quota)) processors, which their control group sets (docker --cpus, or a limit of Kubernetes); "
          + "use fewer --threads or ranks, or raise the quota"
      }
    }
    return nil
  }

  /// For instance `1.5`.
  private func hundredths(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }

  /// The warning where threads have to share processors, which slows a run down; nil if there is none.
  package var warning: String? {
    for host in hosts {
      let here = (ofHosts[host] ?? []).filter { !$0.processors.isEmpty }
      let processors = Set(here.flatMap(\.processors)).count
      let threads = here.reduce(0) { $0 + $1.threads }
      if threads > processors {
        return "\(threads) threads of \(counted(here.count, "rank")) on \(host) share "
          + "\(counted(processors, "core")), which slows them down; use fewer --threads or ranks"
      }
      if let rank = here.first(where: { $0.threads > $0.processors.count }) {
        return "the \(rank.threads) threads of a rank on \(host) are bound to "
          + "\(counted(rank.processors.count, "core")), which slows them down; start "
          + "mpirun with --map-by slot:PE=\(rank.threads) --bind-to core"
      }
    }
    return nil
  }
}
