/// What makes rows comparable, and what does not.
enum FairnessText {
  /// The sentences.
  static func items(_ scale: ExperimentScale) -> [String] {
    let narrow = ExperimentScale.narrow
    return [
      "Rows of a table have the same data, shards, seeds, evaluations and network for the features of scores. Rows that are equal in two "
        + "tables are one run.",
      "Table 2 compares systems: each keeps its published updates, learning rates and shape of the discriminator, at equal base width. "
        + "Runs are as long as makes their discriminators see equal numbers of real images; scores at equal seconds stand beside.",
      "Figure 3 and Table 1 compare single settings: their arms differ in the named one alone. Their common rate where the paper states "
        + "none is 2e-4, SNGAN's.",
      scale.isPublished
        ? "Settings are the published ones; docs/recipes.md says where they come from."
        : "Networks have a quarter of the published width, and a discriminator update sees \(narrow.batch) real images. What follows from "
          + "the length of runs is the same part of each: the decay of learning rates, where a recipe has one, ends with the run, and "
          + "weights are averaged over a fortieth of it. On Fashion-MNIST learning rates are the published ones. "
          + "On photographs they are those of the preset photos64, "
          + "which trials of the arm with attention at 32×32 preferred to the published ones: they may suit that arm better.",
      "Best of run is picked by the same score that it reports, as in the papers; the table says of how many.",
    ]
  }
}
