internal import Yams

extension TrainingSettings {
  /// The contents of `config.yaml`: one line for each setting.
  public func yaml() throws(ConfigurationError) -> String {
    let pairs = Setting.table.map { (Node($0.key), Node($0.text(self))) }
    do {
      return try Yams.serialize(node: Node(pairs))
    } catch {
      throw ConfigurationError("cannot write the settings as YAML: \(error)")
    }
  }
}

/// Reads the lines `key: value` of a YAML document, each value as it is written.
enum SettingsReader {
  /// The settings in a text, in its order.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - path: What error messages call it.
  /// - Returns: Keys and values, with the file's name and the line as their origin.
  /// - Throws: `ConfigurationError` if this is no flat YAML mapping, or has a key twice.
  static func assignments(in yaml: String, path: String) throws(ConfigurationError) -> [SettingAssignment] {
    if let line = lineWithReference(yaml) {
      throw fault("values written out and found an anchor or alias (& or *)", path, line)
    }
    guard let root = try compose(yaml, path) else {
      throw ConfigurationError("expected lines of 'key: value' in '\(path)' and found none")
    }
    guard let mapping = root.mapping else { throw fault("lines of 'key: value' and found none", path, root.mark?.line) }
    var result: [SettingAssignment] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw fault("lines of 'key: value' and found a list or mapping for a key", path, key.mark?.line)
      }
      let isList = Setting.table.first { $0.key == name }?.isList ?? false
      guard let text = value.scalar?.string ?? (isList ? list(value) : nil) else {
        let expected = isList ? "values" : "one value"
        throw fault("\(expected) for \(name) and found a list or mapping", path, value.mark?.line)
      }
      let line = key.mark.map { ":\($0.line)" } ?? ""
      result.append(SettingAssignment(key: name, value: text, origin: path + line))
    }
    return result
  }

  /// A list of values as `--set` takes it, with commas between them.
  private static func list(_ node: Node) -> String? {
    guard let items = node.sequence.map({ $0.map(\.scalar?.string) }), !items.contains(nil) else { return nil }
    return items.isEmpty ? "none" : items.compactMap(\.self).joined(separator: ",")
  }

  private static func fault(_ expected: String, _ path: String, _ line: Int?) -> ConfigurationError {
    ConfigurationError("expected \(expected) in " + (line.map { "line \($0) of " } ?? "") + "'\(path)'")
  }

  /// The library's tree of the document, or its complaint as one sentence.
  private static func compose(_ yaml: String, _ path: String) throws(ConfigurationError) -> Node? {
    let (problem, line): (String, Int?)
    do {
      return try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      (problem, line) =
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
          .composer(_, let problem, let mark, _):
          (problem, mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
          ("\(keys.first ?? "a key") is set more than once", context.mark.line)
        case .reader(let problem, _, _, _): (problem, nil)
        default: (firstLine("\(error)"), nil)
        }
    } catch {
      (problem, line) = (firstLine("\(error)"), nil)
    }
    throw ConfigurationError("'\(path)' is not a list of settings: \(problem)" + (line.map { " (line \($0))" } ?? ""))
  }

  private static func firstLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
  }

  /// The first line with an anchor (`&name`) or alias (`*name`), of which a short text can unfold without end.
  ///
  /// Comments are left out; where a line has quotes, what looks like a comment may be none, and counts.
  private static func lineWithReference(_ yaml: String) -> Int? {
    for (index, line) in yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      var previous: Unicode.Scalar = " "
      let hasQuotes = line.contains("\"") || line.contains("'")
      let scalars = Array(line.unicodeScalars)
      for (scalar, next) in zip(scalars, scalars.dropFirst()) {
        let startsToken = " \t[{,:?-".unicodeScalars.contains(previous)
        if scalar == "#", startsToken, !hasQuotes { break }
        if scalar == "*" || scalar == "&", startsToken, !" \t".unicodeScalars.contains(next) { return index + 1 }
        previous = scalar
      }
    }
    return nil
  }
}
