package import Files
internal import Formats

extension ClassifierCache: CacheKeeper {
  /// What people call its files.
  package static let kind = "classifiers"

  /// The classifiers in a cache folder, of any version.
  ///
  /// - Parameter cache: The folder.
  /// - Returns: Only what `classifier` has trained and kept.
  package static func items(in cache: Folder) -> [KeptItem] {
    cache.readableNames.compactMap { name in
      guard isName(name), cache.holds(name), let file = try? SafetensorsFile(path: cache.path(of: name)),
        file.metadata["kind"] == Classifier.format
      else { return nil }
      return KeptItem(file: name, in: cache, text(file))
    }
  }

  private static func text(_ file: SafetensorsFile) -> String {
    guard let text = file.metadata["classifier"],
      let description = try? JSONText.decode(ClassifierDescription.self, from: Array(text.utf8)),
      description.version == ClassifierRecipe.version, description.isPlausible
    else { return "of another version of the program" }
    return description.text
  }
}
