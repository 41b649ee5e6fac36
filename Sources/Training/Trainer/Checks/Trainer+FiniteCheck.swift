internal import DataParallel
internal import Kernels
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors

extension Trainer {
  /// Ends the run if this step's numbers are no longer finite; every rank calls it with the same sums.
  ///
  /// - Parameter sums: Of a pass, over all ranks.
  /// - Throws: `NonFiniteError` on rank 0, `RemoteFailureError` on all others.
  func checkNumbers(_ sums: LossSums) throws {
    // Products with 0 are NaN for all that is not finite.
    guard isAnyRankFaulty || (sums.values * 0).sum() != 0 else { return }
    try reportLostNumbers()
  }

  /// Ends the run if any number of its state is not finite on any rank; every rank calls it.
  ///
  /// Rectifiers can hide such a number from the losses.
  ///
  /// - Throws: `NonFiniteError` on rank 0, `RemoteFailureError` on all others.
  public func checkState() throws {
    let isFaulty = !arenas.allSatisfy(areFinite)
    var count = isFaulty ? 1.0 : 0
    withUnsafeMutablePointer(to: &count) {
      replicas.sum(UnsafeMutableBufferPointer(start: $0, count: 1), on: .control)
    }
    if count > 0 { try reportLostNumbers() }
  }

  /// Finds out where lost numbers come from, from what each rank finds.
  private func reportLostNumbers() throws {
    let findings = replicas.gather(Array(findings.joined(separator: "\n").utf8)).map { message in
      String(decoding: message, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    let step = replicas.step
    try replicas.agree {
      guard replicas.isRoot else { return }
      throw NonFiniteError(findings, step: step)
    }
  }

  /// The first number that is not finite on this rank, by kind: parameters, other state, maps, gradients; empty for none.
  private var findings: [String] {
    let networks = [("generator", generator.context), ("discriminator", discriminator.context)]
    func first(_ arena: Arena<Scalar>, _ owner: String, isReversed: Bool = false) -> String? {
      let entries = isReversed ? arena.layout.entries.reversed() : arena.layout.entries
      guard let entry = entries.first(where: { !isFinite(arena.tensor($0.range, Shape($0.range.count))) }) else {
        return nil
      }
      return "'\(entry.name)' of \(owner)"
    }
    let parameters = networks.lazy.compactMap { first($1.weights.parameters, "the " + $0) }.first
    let states =
      networks.flatMap { [($1.weights.statistics, "the " + $0), ($1.weights.spectra, "the " + $0)] }
      + [average.parameters, average.statistics, average.spectra].map { ($0, "the generator's average") }
      + [(generatorAdam, "generator"), (discriminatorAdam, "discriminator")].flatMap { adam, name in
        [(adam.first, "the \(name)'s first moments"), (adam.second, "the \(name)'s second moments")]
      }
    let maps = generator.maps.map { ($0, $1, "generator") } + discriminator.maps.map { ($0, $1, "discriminator") }
    // A gradient's way leads from the last layer to the first; parameters are lost to those of their own network.
    let suspects = networks.reversed().filter { name, _ in parameters?.hasSuffix(name) ?? true }
    let gradients = suspects.lazy.compactMap { first($1.gradients, "the \($0)'s gradients", isReversed: true) }
    return [
      parameters ?? "", states.lazy.compactMap { first($0, $1) }.first ?? "",
      maps.first { !isFinite($0.1) }.map { "\($0.0) of the \($0.2)" } ?? "", gradients.first ?? "",
    ]
  }

  private func isFinite(_ tensor: Tensor<Scalar>) -> Bool { areFinite(UnsafePointer(tensor.base), count: tensor.count) }
}

extension NonFiniteError {
  /// Weighs what the ranks have found.
  ///
  /// Parameters and state are the same on all ranks: if only some have lost theirs, it began there. If all have, the
  /// gradients did it, if they are at fault, since parameters are made of them. Maps differ from rank to rank.
  init(_ findings: [[String]], step: Int) {
    self.step = step
    let ranks = findings.indices
    func having(_ kind: Int) -> [Int] { ranks.filter { !findings[$0][kind].isEmpty } }
    let (parameters, state, maps, gradients) = (0, 1, 2, 3)
    for kind in [parameters, state] where (1..<ranks.count).contains(having(kind).count) {
      (place, self.ranks) = (findings[having(kind)[0]][kind], having(kind))
      return
    }
    self.ranks = []
    let order = having(parameters).isEmpty ? [maps, gradients, state] : [gradients, parameters]
    let kind = order.first { !having($0).isEmpty }
    place = kind.map { kind in findings[having(kind)[0]][kind] } ?? "the losses"
  }
}
