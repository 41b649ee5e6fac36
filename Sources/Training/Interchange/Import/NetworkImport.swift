internal import Files
internal import Layers
internal import Tensors

/// Takes a network's numbers out of a peer's file.
struct NetworkImport {
  let side: NetworkSide
  let file: PeerFile
  let scheme: any PeerScheme

  /// Sets parameters, running statistics and singular vectors.
  ///
  /// Where the scheme iterates, σ and v are those of no version yet: one power iteration has to follow.
  ///
  /// - Parameter weights: Of a network of the file's shape.
  /// - Throws: `FileError` naming the first tensor that is missing, of another shape, not finite, or not understood.
  func fill(_ weights: Weights<Float>) throws(FileError) {
    for arena in [weights.parameters, weights.statistics, weights.spectra] {
      for entry in arena.layout.entries {
        guard let tensor = TensorName(entry.name) else { preconditionFailure("no peer has '\(entry.name)'") }
        guard let numbers = try scheme.numbers(of: tensor, shape: entry.fileShape, side, in: file) else { continue }
        try check(tensor, numbers)
        arena.setFileOrder(entry, numbers)
      }
    }
    guard let unknown = file.rest.first(where: { !scheme.isIdle($0) }) else { return }
    throw file.refusal("its \(side) has '\(unknown)', which sagan's has no place for")
  }

  private func check(_ tensor: TensorName, _ numbers: [Float]) throws(FileError) {
    switch tensor.leaf {
    case "running_var" where numbers.contains { $0 < 0 }:
      throw file.refusal("its running variances for '\(tensor.name)' are negative", advice: "use another checkpoint")
    case "sigma" where !(numbers[0] > 0):
      throw file.refusal("its spectral norm '\(tensor.name)' is \(numbers[0])", advice: "use another checkpoint")
    case "u" where !numbers.contains { $0 != 0 }:
      throw file.refusal("its singular vector for '\(tensor.name)' is 0", advice: "use another checkpoint")
    default: break
    }
  }

  /// Checks that the spectral norms that were found are numbers that weights can be divided by.
  func checkNorms(_ weights: Weights<Float>) throws(FileError) {
    for entry in weights.spectra.layout.entries where entry.name.hasSuffix(".sigma") {
      let sigma = weights.spectra.values[entry.range.lowerBound]
      guard sigma > 0, sigma.isFinite else {
        throw file.refusal(
          "the spectral norm of its \(side)'s '\(entry.name.dropLast(6))' comes out as \(sigma)",
          advice: "use another checkpoint")
      }
    }
  }
}
