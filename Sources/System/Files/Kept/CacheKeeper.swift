/// Whoever keeps files in cache folders: it alone can tell which of the files there are its own.
package protocol CacheKeeper {
  /// What people call its files, in one word.
  static var kind: String { get }

  /// What of a cache folder is this keeper's.
  ///
  /// - Parameter cache: The folder; nothing in it is changed, and no link is followed.
  /// - Returns: Only what the keeper has made, by its name and by what is in it.
  static func items(in cache: Folder) -> [KeptItem]
}

/// Files without a name yet: those of processes that were killed, and those that a process writes, which are in use.
package enum UnfinishedFiles: CacheKeeper {
  /// What people call them.
  package static let kind = "unfinished"

  /// The files.
  package static func items(in cache: Folder) -> [KeptItem] {
    cache.readableNames.filter(TemporaryName.isOne).compactMap { KeptItem(file: $0, in: cache, "not finished") }
  }
}
