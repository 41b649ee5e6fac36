internal import Files

/// A walk through the folders of a data set that reads every folder once, whatever names and links lead to it.
///
/// Class folders come first, then the folders in them, then links in the order in which they are met; so a folder that
/// lies in a class is that class's, whatever other class has a link to it. A link to a folder that it lies in, or that the
/// data set lies in, is not followed. Names are taken in the order of their bytes, so that the outcome is the same
/// everywhere.
struct FolderSearch {
  /// What ends the names of images, in any case.
  static let endings = [".jpg", ".jpeg", ".png", ".webp"]

  /// A link to a folder within a class.
  private struct Link {
    let path: String
    let label: Int32
    let status: FileStatus
  }

  private let root: String
  /// The names of the classes, by label.
  private(set) var classNames: [String] = []
  private var links: [Link] = []
  /// The folders that have been read or that must not be, and what they are called.
  private var seen: [FileStatus.Identity: String] = [:]
  /// The images, in no order.
  private(set) var images: [FolderListing.Image] = []
  /// What else there is.
  var findings = FolderFindings()

  /// Finds the class folders of a folder.
  init(_ root: String) throws(DatasetError) {
    self.root = root
    // The data set itself and the folders that it lies in.
    var path = Directory.realPath(root)
    while let place = path {
      if let status = FileStatus(place) { seen[status.identity] = "" }
      path = place == "/" ? nil : Directory.split(place).folder
    }
    for (name, entry) in try entries("") {
      guard case .present(let status, _) = entry, status.isFolder else {
        try check(entry, of: name)
        findings.ignore(name)
        continue
      }
      if seen[status.identity] == "" {
        findings.unfollowed.add(name)
      } else if let other = seen.updateValue(name, forKey: status.identity) {
        throw DatasetError(
          .malformed,
          "expected a folder of its own for each class in '\(root)' and found that '\(other)' and '\(name)' are the same "
            + "one; remove one of the two names")
      } else {
        classNames.append(name)
      }
    }
  }

  /// Finds the images of all classes.
  mutating func collect() throws(DatasetError) {
    for (label, name) in classNames.enumerated() { try collect(name, label: Int32(label)) }
    var next = 0
    while next < links.count {
      let link = links[next]
      next += 1
      if holds(link.path) || seen[link.status.identity] != nil {
        findings.unfollowed.add(link.path)
      } else {
        seen[link.status.identity] = link.path
        try collect(link.path, label: link.label)
      }
    }
    links = []
  }

  private mutating func collect(_ folder: String, label: Int32) throws(DatasetError) {
    for (name, entry) in try entries(folder) {
      let path = folder + "/" + name
      let isImage = Self.endings.contains { name.lowercased().hasSuffix($0) }
      guard case .present(let status, let isLink) = entry else {
        // An image that is not there is found out when it is read, and may be left out.
        if !isImage { try check(entry, of: path) }
        images.append(FolderListing.Image(path: path, label: label, byteCount: -1, modified: 0, identity: nil))
        continue
      }
      if !status.isFolder {
        guard isImage else {
          findings.ignore(name)
          continue
        }
        images.append(
          FolderListing.Image(
            path: path, label: label, byteCount: status.byteCount, modified: status.modified,
            identity: status.identity, mayRepeat: isLink || status.nameCount > 1))
      } else if isLink {
        links.append(Link(path: path, label: label, status: status))
      } else if let other = seen.updateValue(path, forKey: status.identity) {
        seen[status.identity] = other
        findings.unfollowed.add(path)
      } else {
        try collect(path, label: label)
      }
    }
  }

  /// Whether a link leads to a folder that the link lies in.
  private func holds(_ link: String) -> Bool {
    guard let target = Directory.realPath(root + "/" + link),
      let place = Directory.realPath(Directory.split(root + "/" + link).folder)
    else { return false }
    return target == "/" || place == target || place.hasPrefix(target + "/")
  }

  /// Refuses what cannot be looked at: nobody can tell which images it held.
  private func check(_ entry: FolderEntry, of name: String) throws(DatasetError) {
    switch entry {
    case .present: return
    case .deadLink(let reason):
      throw DatasetError(
        .file(.missing),
        "expected a folder or file behind the link '\(root)/\(name)' and found none (\(reason)); mount or restore what it "
          + "leads to, or remove the link")
    case .unknown(let reason):
      throw DatasetError(.file(.unreadable), "cannot look at '\(root)/\(name)': \(reason); check the rights")
    }
  }

  /// What is in a folder, but for hidden and systems' names, in the order of the names' bytes.
  private mutating func entries(_ folder: String) throws(DatasetError) -> [(name: String, entry: FolderEntry)] {
    let path = folder.isEmpty ? root : root + "/" + folder
    let names: [String]
    do throws(FileError) {
      names = try FolderNames.sorted(in: path)
    } catch {
      guard error.kind == .missing else { throw DatasetError(error) }
      throw DatasetError(
        .file(.missing),
        "expected a folder with a folder for each class at '\(path)' and found \(NearMiss.atMissing(path))")
    }
    var result: [(String, FolderEntry)] = []
    for name in names {
      if SystemNames.contains(name) {
        findings.passedOver.add(folder.isEmpty ? name : folder + "/" + name)
      } else {
        result.append((name, FolderEntry(path + "/" + name)))
      }
    }
    return result
  }
}
