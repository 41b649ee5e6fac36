package import Statistics

/// A program whose published scores can be repeated, and what is particular to it.
///
/// Read in the sources of pytorch-fid 0.3.0, torch-fidelity 0.4.0 and clean-fid 0.1.35, in StyleGAN3's `metrics/` and in
/// guided-diffusion's `evaluations/evaluator.py`. All take features of the FID Inception and logits without bias; they differ before
/// the network and behind it.
package enum ScoringTool: String, CaseIterable, Sendable {
  /// mseitzer/pytorch-fid.
  case pytorchFID = "pytorch-fid"
  /// toshas/torch-fidelity, with `feature_extractor="inception-v3-compat"`.
  case torchFidelity = "torch-fidelity"
  /// GaParmar/clean-fid in its mode "clean".
  case cleanFID = "clean-fid"
  /// NVlabs/stylegan3, and stylegan2-ada-pytorch, whose metrics are the same.
  case stylegan3
  /// openai/guided-diffusion, whose figures diffusion papers publish.
  case adm

  /// What can be written, for messages and help.
  package static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// How it prepares images.
  package var preparation: Preparation {
    switch self {
    case .pytorchFID: .pytorchFID
    case .torchFidelity, .stylegan3, .adm: .tensorflow
    case .cleanFID: .cleanFID
    }
  }

  /// The scores that it has and this program can repeat.
  package var families: Set<ScoreFamily> {
    switch self {
    case .pytorchFID: [.frechet]
    case .torchFidelity: [.inceptionScore, .frechet, .kernel, .precisionRecall]
    case .cleanFID: [.frechet, .kernel]
    case .stylegan3: [.inceptionScore, .frechet, .kernel]
    case .adm: [.inceptionScore, .frechet, .precisionRecall]
    }
  }

  /// Why a score cannot be had; the end of a sentence, `nil` where it can.
  func obstacle(_ family: ScoreFamily) -> String? {
    guard !families.contains(family) else { return nil }
    if self == .stylegan3, family == .precisionRecall {
      return
        "of stylegan3 is made of the features of VGG16, which sagan does not have; leave out --like for precision and recall of "
        + "Inception's features"
    }
    let list = ScoreFamily.allCases.filter(families.contains).map(\.rawValue).joined(separator: ", ")
    return "is none of \(rawValue), which has \(list); ask for those, or leave out --like"
  }

  /// What it divides sums of squares by.
  package var divisor: Gaussian.Divisor { self == .stylegan3 ? .samples : .samplesMinusOne }

  // MARK: Inception Score

  /// How it cuts images for the Inception Score.
  ///
  /// - Parameter splits: How many splits were asked for; guided-diffusion takes 5,000 images for one, whatever their number.
  /// - Returns: The cut.
  func cut(splits: Int) -> InceptionScore.Cut { self == .adm ? .chunks(of: 5000) : .splits(splits) }

  /// The order in which it scores images: position → place in the order of the files.
  func order(count: Int) -> [Int] {
    self == .torchFidelity ? InceptionScore.torchFidelityOrder(count: count) : Array(0..<count)
  }

  /// Whether it publishes the deviation of the splits.
  var hasSplitDeviation: Bool { self != .adm }

  // MARK: Kernel distance

  /// The seed of the subsets: torch-fidelity's own; the others leave NumPy's generator as it is, so that any will do.
  static let subsetSeed: UInt32 = 2020

  /// The subsets of its kernel distance, as places in the order of the files.
  func subsets(generated: Int, real: Int, count: Int, size: Int) -> KernelSubsets.Plan {
    self == .torchFidelity
      ? .torchFidelity(generated: generated, real: real, subsets: count, size: size, seed: Self.subsetSeed)
      : .cleanFID(generated: generated, real: real, subsets: count, size: size, seed: Self.subsetSeed)
  }

  /// Whether it publishes the deviation of the subsets.
  var hasSubsetDeviation: Bool { self == .torchFidelity }

  /// Whether it refuses sets of images that are smaller than a subset; others make the subsets smaller.
  var needsWholeSubsets: Bool { self == .torchFidelity }
}
