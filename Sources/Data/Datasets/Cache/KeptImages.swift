package import Files
internal import Formats

/// The decoded images in a cache folder, as its keeper knows them.
package enum KeptImages: CacheKeeper {
  /// What people call them.
  package static let kind = "images"

  /// The packs of images in a cache folder, of any version, and locks of processes that were killed.
  ///
  /// - Parameter cache: The folder.
  /// - Returns: Only what `ImageCache` has made.
  package static func items(in cache: Folder) -> [KeptItem] {
    cache.readableNames.compactMap { name in
      if let key = ImageCache.key(ofName: name, suffix: ImageCache.lockSuffix) {
        guard let item = KeptItem(file: key + ImageCache.lockSuffix, in: cache, "lock"), item.byteCount == 0 else {
          return nil
        }
        return item
      }
      guard let key = ImageCache.key(ofName: name, suffix: ImageCache.fileSuffix), cache.holds(name),
        let file = try? SafetensorsFile(path: cache.path(of: name)), file.metadata["key"] == key,
        file.metadata["format"]?.hasPrefix(CacheContents.family) == true
      else { return nil }
      return KeptItem(file: name, in: cache, text(file))
    }
  }

  private static func text(_ file: SafetensorsFile) -> String {
    guard file.metadata["format"] == CacheContents.format, let shape = try? file.shape(of: "images"), shape.count == 4
    else { return "of another version of the program" }
    return "\(grouped(shape[0])) decoded images of \(shape[1])×\(shape[2])×\(shape[3])"
  }
}
