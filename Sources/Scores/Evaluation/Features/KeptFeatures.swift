package import Files
internal import Formats

extension FeatureCache: CacheKeeper {
  /// What people call its files.
  package static let kind = "features"

  /// The caches of features in a cache folder, of any version.
  ///
  /// - Parameter cache: The folder that caches lie in.
  /// - Returns: Only what evaluations have made; one that was killed leaves a folder with nothing in it.
  package static func items(in cache: Folder) -> [KeptItem] {
    guard let all = cache.ownFolder([folderName]) else { return [] }
    return all.readableNames.flatMap { key -> [KeptItem] in
      guard Fingerprint.isOne(key), let folder = all.ownFolder([key]) else { return [] }
      let unfinished = UnfinishedFiles.items(in: folder).map(\.name)
      let names = folder.readableNames.filter { !unfinished.contains($0) }
      let files = names.compactMap { name in file(name, key, folder).map { (name: name, file: $0) } }
      let moments = names.filter { $0 == momentsName && holdsMoments(folder) }
      guard !files.isEmpty || names == moments else { return [] }
      let item = KeptItem(
        folder: [folderName, key], in: cache, files: files.map(\.name) + moments + unfinished,
        text(files.map(\.file)))
      return item.map { [$0] } ?? []
    }
  }

  /// A file of rows; `nil` for others, whatever their names.
  private static func file(_ name: String, _ key: String, _ folder: Folder) -> SafetensorsFile? {
    guard blocks(inName: name) != nil, folder.holds(name),
      let file = try? SafetensorsFile(path: folder.path(of: name)), file.metadata["key"] == key,
      file.metadata["format"]?.hasPrefix(family) == true
    else { return nil }
    return file
  }

  private static func text(_ files: [SafetensorsFile]) -> String {
    guard let first = files.first else { return "empty" }
    guard first.metadata["format"] == format, let shape = try? first.shape(of: "features"), shape.count == 2 else {
      return "of another version of the program"
    }
    let maker = first.metadata["extractor"].map { " by \($0)" } ?? ""
    return "\(counted(files.count, "file")) of images' \(grouped(shape[1])) features\(maker)"
  }
}
