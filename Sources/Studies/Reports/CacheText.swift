package import Files
internal import Foundation

/// What lies in a cache folder, for people.
package enum CacheText {
  /// Items of one kind.
  package struct Shelf {
    /// What people call them.
    package let kind: String
    /// The items.
    package let items: [KeptItem]

    /// Items of a kind.
    package init(kind: String, items: [KeptItem]) { (self.kind, self.items) = (kind, items) }
  }

  /// The items as a table, those that were used last first in each kind.
  ///
  /// - Parameters:
  ///   - shelves: What there is.
  ///   - unknown: How many names in the folder are not the program's.
  /// - Returns: Text with a line end behind each line.
  package static func list(_ shelves: [Shelf], unknown: Int) -> String {
    let rows = shelves.flatMap { shelf in
      shelf.items.sorted { ($0.used, $1.name) > ($1.used, $0.name) }.map { item in
        [shelf.kind, time(item.used), item.name, grouped(item.byteCount), item.text]
      }
    }
    let bytes = shelves.flatMap(\.items).reduce(0) { $0 + $1.byteCount }
    let head = ["kind", "last used", "name", "bytes", "what"]
    let table = rows.isEmpty ? [] : aligned([head] + rows)
    let others =
      unknown == 0
      ? "" : "; \(grouped(unknown)) \(unknown == 1 ? "other name is" : "other names are") not the program's"
    return (table + ["\(grouped(rows.count)) in all, \(grouped(bytes)) bytes\(others)"]).joined(separator: "\n") + "\n"
  }

  /// Numbers of bytes to the right, all else to the left.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let width = rows.map { $0[3].count }.max() ?? 0
    return TextTable.lines(
      rows.map { [$0[0], $0[1], $0[2], $0[3].leading(width), $0[4]] }, rightFrom: 5)
  }

  /// Minutes are enough.
  private static func time(_ nanoseconds: Int) -> String {
    let text = Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).ISO8601Format()
    return String(text.prefix(16)).replacing("T", with: " ")
  }

  /// What became of an item.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - removal: What became of it; `nil` where nothing was to be removed.
  /// - Returns: A line with its end.
  package static func line(_ item: KeptItem, _ removal: KeptItem.Removal?) -> String {
    let name = "\(item.name) (\(grouped(item.byteCount)) bytes)".shown
    return switch removal {
    case nil: "would remove \(name)\n"
    case .removed: "removed \(name)\n"
    case .inUse: "kept \(name): it is in use\n"
    case .changed: "kept \(name): it was changed meanwhile\n"
    }
  }
}
