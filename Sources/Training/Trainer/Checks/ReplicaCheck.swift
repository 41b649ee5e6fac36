internal import Checkpoints
public import Files
internal import DataParallel
internal import Layers
internal import Tensors

/// Replicas that should be equal and are not: memory or a processor at fault, or ranks that are not of one kind.
public struct ReplicaDivergenceError: ReportedError {
  /// When it was found, and what.
  public enum Finding: Sendable {
    /// Ranks that differ from rank 0 although it has just sent them its numbers.
    case afterBroadcast(ranks: [Int])
    /// The first tensor that differs after a step, for instance `'block0.conv1.weight' of generator.safetensors`, and its
    /// fingerprint on each rank.
    case afterStep(Int, tensor: String, fingerprints: [String])
  }

  /// When it was found, and what.
  public let finding: Finding

  /// EX_SOFTWARE.
  public var exitCode: Int32 { 70 }

  /// The ranks that stand against a majority of equal ones; none if there is no majority.
  public var outliers: [Int] {
    guard case .afterStep(_, _, let fingerprints) = finding else { return [] }
    let votes = Dictionary(grouping: fingerprints.indices) { fingerprints[$0] }
    guard let most = votes.values.max(by: { $0.count < $1.count }), 2 * most.count > fingerprints.count else {
      return []
    }
    return fingerprints.indices.filter { !most.contains($0) }
  }

  /// The sentence that the user reads.
  public var description: String {
    switch finding {
    case .afterBroadcast(let ranks):
      return
        "the networks of rank \(ranks.map(String.init).joined(separator: ", ")) differ from those of rank 0 after the "
        + "initial broadcast; expected the same bits everywhere: check that all ranks run the same program"
    case .afterStep(let step, let tensor, let fingerprints): return sentence(step, tensor, fingerprints)
    }
  }

  private func sentence(_ step: Int, _ tensor: String, _ fingerprints: [String]) -> String {
    let each = fingerprints.enumerated().map { "rank \($0): \($1)" }.joined(separator: ", ")
    let who =
      outliers.isEmpty
      ? "there is no majority" : "all but rank " + outliers.map(String.init).joined(separator: ", ") + " agree"
    return
      "replicas differ after step \(step), first in \(tensor) (\(each); \(who)); earlier checkpoints are intact: check the "
      + "memory of that host, and that all nodes are of one CPU family, then continue with --resume auto"
  }
}

extension Trainer where Scalar == Float {
  /// Compares the whole state of the run between ranks; every rank calls it.
  ///
  /// Reads all numbers once, and only if something differs tensor by tensor. The average's spectra are rank 0's own, which
  /// makes them when it draws samples or writes a checkpoint.
  ///
  /// - Throws: `ReplicaDivergenceError` on rank 0, `RemoteFailureError` on all others.
  public func checkReplicas() throws {
    guard replicas.size > 1 else { return }
    let whole = Fingerprint()
    for arena in arenas where arena !== average.spectra { whole.update(UnsafeRawBufferPointer(arena.values)) }
    if replicas.mismatch(of: Array(whole.hexadecimal.utf8)).isEmpty { return }
    var names: [String] = []
    var prints: [String] = []
    for file in checkpointFiles {
      for (name, entry, arena) in file.tensors where arena !== average.spectra {
        let print = Fingerprint()
        print.update(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: arena.values[entry.range])))
        names.append("'\(name)' of \(file.name)")
        prints.append(print.hexadecimal)
      }
    }
    let all = replicas.gather(Array(prints.joined(separator: "\n").utf8)).map { message in
      String(decoding: message, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    let step = step
    try replicas.agree {
      guard replicas.isRoot else { return }
      // Nothing but the padding between tensors can differ otherwise.
      let place = names.indices.first { place in Set(all.map { $0[place] }).count > 1 }
      throw ReplicaDivergenceError(
        finding: .afterStep(
          step, tensor: place.map { names[$0] } ?? "the numbers between tensors",
          fingerprints: place.map { place in all.map { $0[place] } } ?? []))
    }
  }
}
