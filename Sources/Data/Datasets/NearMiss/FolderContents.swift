internal import Files

/// A look at what lies in a folder, to say what was found where something else was expected.
struct FolderContents {
  /// How many entries of a folder are looked at.
  private static let limit = 1000

  /// The folder.
  let path: String
  /// Names of what is no folder, in the order of their bytes.
  private(set) var files: [String] = []
  /// Names of folders, in the order of their bytes.
  private(set) var folders: [String] = []

  /// Looks into a folder; finds nothing where there is none.
  init(_ path: String) {
    self.path = path
    let names = ((try? Directory.names(in: path)) ?? []).compactMap { $0 }.filter { !SystemNames.contains($0) }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }).prefix(Self.limit) {
      if FileStatus(path + "/" + name)?.isFolder == true { folders.append(name) } else { files.append(name) }
    }
  }

  /// The word before the colon of the data set that lies here, if it looks like one.
  var kind: String? {
    if files.contains(StyleGANCollection.listName) { return "stylegan" }
    if files.contains("data_batch_1.bin") || files.contains("data_batch_1") { return "cifar10" }
    let isHundred = files.contains("fine_label_names.txt") && files.contains("train.bin")
    if isHundred || ["train", "test", "meta"].allSatisfy(files.contains) { return "cifar100" }
    if files.contains(where: { $0.hasPrefix("train-images-idx") || $0.hasPrefix("train-images.idx") }) { return "idx" }
    return folders.contains { FolderContents(path + "/" + $0).hasImages } ? "folder" : nil
  }

  /// The path of a file that is a data set by itself, and the word before its colon.
  var dataFile: (path: String, word: String)? { dataFile(wanted: nil) }

  /// The same, and rather a file of a kind than another.
  ///
  /// - Parameter noun: What `DataFile` calls the kind.
  /// - Returns: A path and a word; `nil` where none of the first files is a data set.
  func dataFile(wanted noun: String?) -> (path: String, word: String)? {
    var result: (path: String, word: String)?
    for file in files.prefix(20) {
      guard let kind = DataFile.kind(path + "/" + file), result == nil || kind.noun == noun else { continue }
      // Records are read by the folder.
      result = (kind.word == "tfrecord" ? path : path + "/" + file, kind.word)
      if noun == nil || kind.noun == noun { break }
    }
    return result
  }

  /// Whether files are named as images.
  var hasImages: Bool {
    files.contains { file in FolderSearch.endings.contains { file.lowercased().hasSuffix($0) } }
  }

  /// The path of the nearest folder in this one, at most two below, where a data set of a kind lies.
  func nested(_ kind: String) -> String? {
    let inner = folders.prefix(20).map { FolderContents(path + "/" + $0) }
    return (inner + inner.flatMap { outer in outer.folders.prefix(20).map { FolderContents(outer.path + "/" + $0) } })
      .first { $0.kind == kind }?.path
  }

  /// An archive among the files.
  var archive: String? {
    files.first { file in
      [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar"].contains {
        file.lowercased().hasSuffix($0)
      }
    }
  }

  /// Numbers of files and folders, and the endings of the files.
  var text: String {
    var findings = FolderFindings()
    for file in files { findings.ignore(file) }
    var parts: [String] = []
    if !files.isEmpty { parts.append(counted(files.count, "file") + " (\(findings.endings))") }
    if !folders.isEmpty { parts.append(counted(folders.count, "folder")) }
    return parts.isEmpty ? "nothing" : parts.joined(separator: " and ")
  }
}
