/// Where the numbers of a run's step 0 come from: the settings that `--from` and `--fresh-optimizer` make.
///
/// They are left out of `config.yaml` and of manifests where a run starts from random numbers.
extension Setting {
  /// The rows of the table.
  static let origins: [Setting] = [
    Setting(key: "from", decidesResult: false, isOrigin: true, text: { $0.from ?? "none" }) { settings, text in
      guard !text.isEmpty else { return "none, a run directory or a checkpoint" }
      settings.from = text == "none" ? nil : text
      return nil
    },
    Setting(key: "from-step", decidesResult: true, isOrigin: true, text: { $0.fromStep.map(String.init) ?? "none" }) {
      settings, text in
      let step = Int(text)
      guard text == "none" || step.map((0...largest).contains) ?? false else {
        return "none or a whole number from 0 to \(largest)"
      }
      settings.fromStep = step
      return nil
    },
    Setting(key: "from-checksum", decidesResult: true, isOrigin: true, text: { $0.fromChecksum ?? "none" }) {
      settings, text in
      guard text == "none" || text.wholeMatch(of: /[0-9a-f]{32}/) != nil else {
        return "none or the 32 hexadecimal digits of a checkpoint's checksum"
      }
      settings.fromChecksum = text == "none" ? nil : text
      return nil
    },
    Setting(key: "fresh-optimizer", decidesResult: true, isOrigin: true, text: { $0.freshOptimizer ? "true" : "none" })
    {
      settings, text in
      guard ["true", "false", "none"].contains(text) else { return "true or false" }
      settings.freshOptimizer = text == "true"
      return nil
    },
  ]

  /// The settings that decide which tensors networks have and of what shape.
  fileprivate static let shapes: Set = [
    "resolution", "image-channels", "classes", "width", "discriminator-width", "latent-size", "generator-attention",
    "generator-attention-kind",
    "discriminator-attention", "discriminator-attention-kind", "generator-spectral-norm", "discriminator-spectral-norm",
    "thin-discriminator", "thin-first-block", "head",
  ]
}

extension TrainingSettings {
  /// No run has more steps.
  package static let largestStep = 1_000_000_000

  /// The settings that tell where a run's first numbers came from.
  package static var originKeys: [String] { Setting.origins.map(\.key) }

  /// Whether networks of other values of a setting have other tensors.
  static func decidesShapes(_ key: String) -> Bool { Setting.shapes.contains(key) }

  /// The settings of which a new run can have others than its origin: what depends on them is drawn anew.
  private static let replaceable: Set = ["classes", "head"]

  /// The first of these that is not as in a run, by key.
  package func classDifference(from run: [String: String]) -> (key: String, run: String, own: String)? {
    differences(from: run).first { Self.replaceable.contains($0.key) && $0.own != "auto" }
  }

  /// Checks that networks have the tensors of a run, so that they can start with its numbers; classes and the head apart.
  ///
  /// - Parameters:
  ///   - run: The run's settings, by key.
  ///   - path: Where the run is.
  /// - Throws: `ConfigurationError` naming the first setting that differs.
  package func checkShapes(as run: [String: String], in path: String) throws(ConfigurationError) {
    // What the data are yet to decide is no difference.
    guard
      let first = differences(from: run).first(where: {
        Self.decidesShapes($0.key) && $0.own != "auto" && !Self.replaceable.contains($0.key)
      })
    else {
      return
    }
    throw ConfigurationError(
      "the run in '\(path)' has \(first.key) \(first.run), and networks with \(first.own) cannot take its numbers; use the "
        + "same value, or start a new run without --from")
  }
}

extension SettingSources {
  /// What the last of them says of a setting, the preset and the environment apart.
  package func value(of key: String) -> String? {
    [assignments, file?.assignments ?? [], run?.assignments ?? []].lazy
      .compactMap { $0.last { $0.key == key }?.value }.first
  }

  /// Checks that a run that is continued started from where the user says, if he does.
  ///
  /// - Throws: `ConfigurationError` if it started from elsewhere.
  package func checkOrigin() throws(ConfigurationError) {
    guard let run else { return }
    func value(_ list: [SettingAssignment]?) -> String? { list?.last { $0.key == "from" }?.value }
    let former = value(run.assignments) ?? "none"
    guard let wanted = value(assignments) ?? value(file?.assignments), wanted != former else { return }
    let start = former == "none" ? "random numbers" : "'\(former)'"
    throw ConfigurationError(
      "the run to continue started from \(start), not from '\(wanted)'; leave out the setting from, or choose another --out"
    )
  }
}
