/// How long the runs of experiments are, and how large their networks.
package enum ExperimentScale: String, CaseIterable, Codable, Sendable {
  /// Minutes: whether everything works, and which way scores go.
  case quick
  /// Hours: small networks, several seeds.
  case small
  /// The published settings, for a cluster.
  case paper

  /// The numbers of a scale: what is to be changed where runs are too long or too short.
  ///
  /// `steps` are those of systems with one discriminator update a step; others make as many fewer as they see more real images
  /// in each. At the scale of the papers the presets' own steps count.
  package struct Numbers: Sendable {
    /// Seeds, from 0.
    package let seeds: Int
    /// Steps of runs on the main data.
    package let steps: Int
    /// Evaluations along the way, evenly spread.
    package let evaluations: Int
    /// Samples of an evaluation.
    package let samples: Int
    /// Steps, evaluations and samples of runs on photographs; `nil` where there are none.
    package let photographs: (steps: Int, evaluations: Int, samples: Int)?
  }

  /// The scale's numbers.
  package var numbers: Numbers {
    switch self {
    case .quick: Numbers(seeds: 1, steps: 1280, evaluations: 8, samples: 2000, photographs: nil)
    case .small:
      Numbers(seeds: 3, steps: 8000, evaluations: 16, samples: 5000, photographs: (1600, 8, 2000))
    case .paper: Numbers(seeds: 1, steps: 1_000_000, evaluations: 100, samples: 50_000, photographs: nil)
    }
  }

  /// Whether networks and recipes are the published ones.
  package var isPublished: Bool { self == .paper }

  /// The width of networks at the other scales, where published ones have 64, and the images of a discriminator update.
  package static let narrow = (width: 16, batch: 16, shards: 2)

  /// What the scale is, in a few words.
  package var words: String {
    switch self {
    case .quick: "one seed, minutes"
    case .small: "three seeds, hours"
    case .paper: "the published settings, for a cluster"
    }
  }
}
