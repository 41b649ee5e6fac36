internal import Files
internal import Foundation

/// What was found where data were expected, and what to try: the ends of sentences that begin "expected … and found ".
enum NearMiss {
  /// What to write on the command line for data of a kind.
  private static func option(_ kind: String, _ path: String) -> String { "--data " + "\(kind):\(path)".quotedForShell }

  /// At a path where a folder should be, and is not.
  static func atMissing(_ path: String, advice: String = "check the path") -> String {
    if FileStatus(path) != nil { return atFile(path) }
    if path.hasPrefix("~") {
      return
        "none; the shell expands ~ at the beginning of a word alone: write $HOME\(path.dropFirst()) instead of \(path)"
    }
    guard !path.hasPrefix("/") else { return "none; " + advice }
    return
      "none in the working directory '\(FileManager.default.currentDirectoryPath)'; work where '\(path)' is, or give an "
      + "absolute path"
  }

  private static func atFile(_ path: String) -> String {
    let head = (try? InputFile(path: path).head(512)) ?? []
    let lower = path.lowercased()
    if let kind = DataFile.kind(path) { return "\(kind.noun); use " + option(kind.word, path) }
    if head.starts(with: Array("PK".utf8)) {
      return
        "a zip archive; unpack it, for instance with 'unzip -d photos \(path.quotedForShell)', and name that folder"
    }
    let isTar = head.count > 262 && Array(head[257..<262]) == Array("ustar".utf8)
    if isTar || [".tar.gz", ".tgz", ".tar.xz", ".tar.bz2"].contains(where: lower.hasSuffix) {
      return
        "a tar archive; unpack it, for instance with 'mkdir photos && tar -C photos -xf \(path.quotedForShell)', and name that folder"
    }
    return "a file; unpack it if it is an archive, and name the folder that holds the data"
  }

  /// In a folder without StyleGAN's list of classes.
  static func withoutList(_ directory: String) -> FileError {
    let contents = FolderContents(directory)
    let use = contents.kind.map { "; use " + option($0, directory) } ?? "; name the folder that holds it"
    return FileError(
      .missing, "expected '\(StyleGANCollection.listName)' in '\(directory)' and found \(contents.text)\(use)")
  }

  /// A folder where a file should be.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - noun: What is expected, as `DataFile` calls it, or a tar file.
  /// - Returns: What was found.
  static func folder(_ path: String, insteadOf noun: String) -> String {
    let contents = FolderContents(path)
    if noun == WebDataset.noun, let shard = contents.files.first(where: { $0.lowercased().hasSuffix(".tar") }) {
      return "a folder; name the shards in it, of one for instance " + option("webdataset", path + "/" + shard)
    }
    if let (file, word) = contents.dataFile(wanted: noun) { return "a folder; use " + option(word, file) }
    if let kind = contents.kind { return "a folder; use " + option(kind, path) }
    return "a folder; name the file itself"
  }

  /// In a folder of images that has no folders for classes.
  static func withoutClasses(_ directory: String, _ findings: FolderFindings) -> String {
    let contents = FolderContents(directory)
    let found =
      "\(findings.ignoredCount) files and no folder" + (findings.ignoredCount > 0 ? " (\(findings.endings))" : "")
    if let kind = contents.kind, kind != "folder" { return found + "; use " + option(kind, directory) }
    if !contents.hasImages, let (file, word) = contents.dataFile { return found + "; use " + option(word, file) }
    if !contents.hasImages, let archive = contents.archive { return found + "; unpack '\(archive)' first" }
    return found + "; put the images of each class into a folder of its own"
  }

  /// In a class folder without images.
  static func inClass(_ folder: String) -> String {
    var findings = FolderFindings()
    for file in FolderContents(folder).files { findings.ignore(file) }
    if findings.unreadCount > 0 {
      return " but \(findings.unreadEndings), which this program does not read; convert them, for instance with "
        + "ImageMagick's 'mogrify -format png', or remove the folder"
    }
    return (findings.ignoredCount > 0 ? " but \(findings.endings)" : "") + "; add images, or remove the folder"
  }

  /// In a folder that lacks a file of a data set.
  ///
  /// - Parameters:
  ///   - file: The file that is not there.
  ///   - kind: The word before the colon.
  ///   - directory: The folder.
  ///   - advice: What to try where nothing better is known.
  /// - Returns: The whole sentence.
  static func lacking(_ file: String, _ kind: String, in directory: String, advice: String) -> DatasetError {
    let expected = "expected '\(file)' in '\(directory)' and found "
    guard FileStatus(directory)?.isFolder == true else {
      return DatasetError(.file(.missing), expected + atMissing(directory, advice: advice))
    }
    let contents = FolderContents(directory)
    return DatasetError(.file(.missing), expected + found(file, kind, contents, advice: advice))
  }

  private static func found(_ file: String, _ kind: String, _ contents: FolderContents, advice: String) -> String {
    let plain = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
    let dotted = plain.replacingOccurrences(of: "-idx", with: ".idx")
    if let name = contents.files.first(where: { $0 == dotted || $0 == dotted + ".gz" }), name != plain {
      let wanted = plain + (name.hasSuffix(".gz") ? ".gz" : "")
      return "'\(name)'; rename it to '\(wanted)'"
    }
    if let nested = contents.nested(kind) { return contents.text + "; use " + option(kind, nested) }
    if let other = contents.kind, other != kind { return contents.text + "; use " + option(other, contents.path) }
    for other in ["idx", "cifar10", "cifar100"] {
      if let nested = contents.nested(other) { return contents.text + "; use " + option(other, nested) }
    }
    if let (file, word) = contents.dataFile { return contents.text + "; use " + option(word, file) }
    if let archive = contents.archive { return "'\(archive)'; unpack it, and name the folder that it makes" }
    return (contents.text == "nothing" ? "none" : "none but \(contents.text)") + "; " + advice
  }

  /// A data set that may be meant by a text that is none; `nil` where nothing comes to mind.
  static func meant(by text: String) -> String? {
    if FileStatus(text)?.isFolder == true {
      let contents = FolderContents(text)
      if contents.kind == nil, let (file, word) = contents.dataFile { return "; use " + option(word, file) }
      return "; '\(text)' is a folder: use " + option(contents.kind ?? "folder", text)
    }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    if parts.count == 2, FileStatus(parts[1])?.isFolder == true { return meant(by: parts[1]) }
    if parts.count == 2, let kind = DataFile.kind(parts[1]) { return "; use " + option(kind.word, parts[1]) }
    if FileStatus(text) != nil {
      return "; '\(text)' is " + atFile(text) + (DataFile.kind(text) == nil ? " after folder:" : "")
    }
    return text.hasPrefix("~/") ? "; for a folder of images use --data folder:$HOME\(text.dropFirst())" : nil
  }

  /// What makes the folders of images look as if classes were meant to be others, if anything does.
  static func doubt(_ directory: String, _ names: [String], _ images: [FolderListing.Image]) -> String? {
    if FileStatus(directory + "/" + StyleGANCollection.listName) != nil {
      return
        "'\(StyleGANCollection.listName)' lies beside the class folders, as StyleGAN's programs write it; if it lists the classes, use "
        + option("stylegan", directory)
    }
    let splits: Set<String> = [
      "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval", "holdout",
    ]
    let areSplits = names.count > 1 && names.allSatisfy { splits.contains($0.lowercased()) }
    guard areSplits || names.count == 1, !images.contains(where: { $0.path.split(separator: "/").count < 3 }) else {
      return nil
    }
    if areSplits {
      let use = names.first { $0.lowercased().hasPrefix("train") } ?? names[0]
      return
        "the classes \(Tally(names).text) look like parts of a data set, each with classes of its own; if they are, use "
        + option("folder", directory + "/" + use)
    }
    // Down to where the folders branch.
    var common = names[0]
    while true {
      let depth = common.split(separator: "/").count
      var inner: [String] = []
      for image in images {
        let parts = image.path.split(separator: "/")
        guard parts.count > depth + 1 else { return nil }
        let name = String(parts[depth])
        if inner.last != name { inner.append(name) }
      }
      guard inner.count == 1 else {
        return
          "the only class '\(names[0])' has folders of its own, \(Tally(inner).text); if those are the classes, use "
          + option("folder", directory + "/" + common)
      }
      common += "/" + inner[0]
    }
  }
}
