/// The rows of the paper's tables and figure, with the scores that were published for them.
extension ExperimentCatalogue {
  /// Table 2: each system with its published updates, rates and discriminator.
  var table2: [ExperimentRow] {
    let isCIFAR = data.isCIFAR
    // The headline of the paper has attention at 64×64, where the preset has it at 32×32.
    let attention =
      data.resolution == 128
      ? [NamedText("generator-attention", 64), NamedText("discriminator-attention", 64)] : []
    return [
      row(
        "AC-GAN", "acgan", on: data, updates: 5,
        published: isCIFAR ? [] : [PublishedScore("IS", "28.5"), PublishedScore("intra FID", "260.0")],
        note: isCIFAR
          ? nil
          : "The published AC-GAN is Miyato and Koyama's run of the next row's network with a classifier in place of the projection, stopped "
            + "when it collapsed."),
      row(
        "SNGAN-projection", "sngan-projection", on: data, updates: 5,
        published: isCIFAR
          ? [PublishedScore("IS", "8.6"), PublishedScore("FID", "17.5")]
          : [PublishedScore("IS", "36.8"), PublishedScore("intra FID", "92.4"), PublishedScore("FID", "27.62")]),
      row(
        "SAGAN", "sagan", on: data, attention,
        published: isCIFAR
          ? [PublishedScore("IS", "9.3"), PublishedScore("FID", "9.4")]
          : [PublishedScore("IS", "52.52"), PublishedScore("intra FID", "83.7"), PublishedScore("FID", "18.65")],
        note: isCIFAR ? "The published SAGAN at 32×32 is that of mmgeneration, not of the paper." : nil),
    ]
  }

  /// Figure 3: three arms with one discriminator update a step, without attention.
  ///
  /// The paper does not state the common rate of the first two; 2e-4 is SNGAN's.
  var figure3: [ExperimentRow] {
    let none = attention(nil)
    let oneRate = [
      NamedText("generator-learning-rate", "2e-4"), NamedText("discriminator-learning-rate", "2e-4"),
    ]
    return [
      row(
        "SN in D", "sagan", on: data, none + oneRate + [NamedText("generator-spectral-norm", "false")],
        note: "In the paper this arm collapses early."),
      row(
        "SN in G and D", "sagan", on: data, none + oneRate,
        published: [PublishedScore("FID", "33.39 at 160,000 steps, 72.41 at 260,000")],
        note: "In the paper this arm gets worse after 160,000 steps."),
      row(
        "SN in G and D, two rates", "sagan", on: data, none,
        note: "In the paper this arm gets better to the end."),
    ]
  }

  /// Table 1: attention at some height of both networks, none, and residual blocks of as many parameters.
  ///
  /// - Parameter data: What it is made on; its resolution decides which heights there are.
  /// - Returns: The rows, in the paper's order.
  func table1(on data: ExperimentData) -> [ExperimentRow] {
    let heights = [8, 16, 32, 64].filter { $0 < data.resolution }
    let published: [String: (fid: String, inceptionScore: String)] = [
      "none": ("22.96", "42.87"), "attention 8": ("22.98", "43.15"), "attention 16": ("22.14", "45.94"),
      "attention 32": ("18.28", "51.43"), "attention 64": ("18.65", "52.52"), "residual 8": ("42.13", "23.17"),
      "residual 16": ("22.40", "44.49"), "residual 32": ("27.33", "38.50"), "residual 64": ("28.82", "38.96"),
    ]
    func made(_ name: String, _ label: String, _ differences: [NamedText]) -> ExperimentRow {
      row(
        label, "sagan", on: data, differences,
        published: published[name].map { [PublishedScore("FID", $0.fid), PublishedScore("IS", $0.inceptionScore)] }
          ?? [])
    }
    let residual = [
      NamedText("generator-attention-kind", "residual"), NamedText("discriminator-attention-kind", "residual"),
    ]
    return [made("none", "no attention", attention(nil))]
      + heights.map { made("attention \($0)", "attention at \($0)×\($0)", attention($0)) }
      + heights.map { made("residual \($0)", "residual at \($0)×\($0)", attention($0) + residual) }
  }

  private func attention(_ height: Int?) -> [NamedText] {
    let value = height.map { String($0) } ?? "none"
    return [NamedText("generator-attention", value), NamedText("discriminator-attention", value)]
  }
}
