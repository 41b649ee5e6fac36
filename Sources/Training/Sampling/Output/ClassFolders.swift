internal import Files

/// Names for the folders of classes: those of the classes, wherever a folder can have them.
///
/// Names of classes come from others. Whatever they are, a folder's name is one name, not hidden, not too long, shows
/// what it is, and belongs to one class.
package struct ClassFolders {
  /// The most bytes of a name; file systems take 255.
  private static let limit = 200

  private let names: [Int: String]

  /// Names for some classes.
  ///
  /// - Parameters:
  ///   - labels: The classes.
  ///   - classNames: The names of all classes, by label, if they are known.
  package init(_ labels: [Int], classNames: [String]?) {
    let known = labels.map { label in
      (label, classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "class \(label)")
    }
    var names: [Int: String] = [:]
    var taken: Set<String> = []
    for (label, name) in known where Self.safe(name) == name && taken.insert(name).inserted { names[label] = name }
    // What had to be changed gets its label, and never the name of another class.
    for (label, name) in known where names[label] == nil {
      var changed = "\(Self.safe(name))-\(label)"
      while !taken.insert(changed).inserted { changed += "_" }
      names[label] = changed
    }
    self.names = names
  }

  /// The folder of a class.
  package subscript(label: Int) -> String {
    guard let name = names[label] else { preconditionFailure("no folder for class \(label)") }
    return name
  }

  /// The name, or one that is like it.
  private static func safe(_ name: String) -> String {
    var result = ""
    var byteCount = 0
    for scalar in name.unicodeScalars {
      let isKept = scalar != "/" && scalar != "\\" && !scalar.isHidden
      byteCount += isKept ? UTF8.width(scalar) : 1
      guard byteCount <= limit else { break }
      result.unicodeScalars.append(isKept ? scalar : "_")
    }
    if result.hasPrefix(".") { result = "_" + result.dropFirst() }
    return result.isEmpty ? "_" : result
  }
}
