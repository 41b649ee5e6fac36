import ArgumentParser
import Classifier
import Datasets
import Evaluation
import Files
import Reports

/// `sagan cache`.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "List what is kept in a cache folder, or remove it: decoded images, features, classifiers.",
    discussion: """
      All of it is made again when it is needed. Files that the program has not made, links and what a process uses \
      are never removed.
      """)

  @Option(help: ArgumentHelp("The cache folder.", valueName: "DIR"), completion: .directory)
  var cache = "runs/cache"

  @Flag(help: "Remove what is listed, without asking.")
  var prune = false

  @Flag(help: "Print what --prune would remove.")
  var dryRun = false

  @Option(help: ArgumentHelp("Only what is of this kind: \(Self.kinds).", valueName: "KIND"))
  var kind: String?

  @Option(
    help: ArgumentHelp("Only what has not been used for so many days.", valueName: "DAYS"), transform: Int.reading)
  var olderThan: Int?

  /// Those who know which files are theirs.
  private static var keepers: [any CacheKeeper.Type] {
    [KeptImages.self, FeatureCache.self, ClassifierCache.self, UnfinishedFiles.self]
  }
  private static let kinds = keepers.map { $0.kind }.joined(separator: ", ")

  mutating func validate() throws {
    if let kind, !Self.keepers.contains(where: { $0.kind == kind }) {
      throw ValidationError("expected --kind as one of \(Self.kinds) and found '\(kind)'")
    }
    if let olderThan, !(0...36_500).contains(olderThan) {
      throw ValidationError("expected --older-than from 0 to 36500 days and found \(olderThan)")
    }
    guard !dryRun || prune else {
      throw ValidationError(
        "expected --prune with --dry-run, which prints what it would remove, and found --dry-run alone")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    let folder = try opened()
    let latest = olderThan.map { FileStatus.now - $0 * 86_400_000_000_000 } ?? Int.max
    var unknown = Set(folder.readableNames)
    if folder.holdsFolder(FeatureCache.folderName) { unknown.remove(FeatureCache.folderName) }
    let shelves = Self.keepers.map { keeper in
      let items = keeper.items(in: folder)
      for item in items { unknown.remove(String(item.name.prefix { $0 != "/" })) }
      let isWanted = kind == nil || kind == keeper.kind
      return CacheText.Shelf(kind: keeper.kind, items: isWanted ? items.filter { $0.used <= latest } : [])
    }
    guard prune else { return try Console.deliver(CacheText.list(shelves, unknown: unknown.count)) }
    try remove(shelves.flatMap(\.items), from: folder)
  }

  private func opened() throws(FileError) -> Folder {
    guard let status = FileStatus(cache) else {
      throw FileError(
        .missing, "expected a cache folder at '\(cache)' and found none; name the folder with --cache DIR")
    }
    guard status.isFolder else {
      throw FileError(
        .unreadable, "expected a cache folder at '\(cache)' and found a file; name the folder with --cache DIR")
    }
    return try Folder(cache)
  }

  private func remove(_ items: [KeptItem], from folder: Folder) throws {
    var (text, count, bytes, failure) = ("", 0, 0, FileError?.none)
    for item in items {
      do throws(FileError) {
        let removal = dryRun ? nil : try item.remove(from: folder)
        text += CacheText.line(item, removal)
        guard removal == nil || removal == .removed else { continue }
        (count, bytes) = (count + 1, bytes + item.byteCount)
      } catch {
        failure = failure ?? error
      }
    }
    text += "\(grouped(count)) \(dryRun ? "would be " : "")removed, \(grouped(bytes)) bytes\n"
    try Console.deliver(text)
    if let failure { throw failure }
  }
}
