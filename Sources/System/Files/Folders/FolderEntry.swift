internal import SystemPackage

/// Something that a folder has a name for.
package enum FolderEntry: Sendable {
  /// A file or folder, perhaps by way of a link.
  case present(FileStatus, isLink: Bool)
  /// A link that leads to nothing that can be looked at, and why.
  case deadLink(reason: String)
  /// Nothing that can be looked at, and why.
  case unknown(reason: String)

  /// Looks at a path.
  package init(_ path: String) {
    var isLink = false
    do {
      let own = try FilePath(path).stat(followTargetSymlink: false)
      isLink = own.type == .symbolicLink
      self = .present(FileStatus(isLink ? try FilePath(path).stat() : own), isLink: isLink)
    } catch {
      self = isLink ? .deadLink(reason: "\(error)") : .unknown(reason: "\(error)")
    }
  }
}
