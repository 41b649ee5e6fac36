internal import CYaml
internal import Yams

extension TrainingSettings {
  /// The contents of `config.yaml`: one line for each setting.
  public func yaml() throws(ConfigurationError) -> String {
    let pairs = Setting.table.filter { $0.isWritten(of: self) }.map { (Node($0.key), Node($0.text(self))) }
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
  /// The parser's events tell before anything is unfolded; a text that is no YAML has none up to its fault.
  private static func lineWithReference(_ yaml: String) -> Int? {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { yaml_parser_delete(&parser) }
    return Array(yaml.utf8).withUnsafeBufferPointer { text in
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, text.baseAddress, text.count)
      var event = yaml_event_t()
      while yaml_parser_parse(&parser, &event) == 1 {
        defer { yaml_event_delete(&event) }
        if event.isReference { return Int(event.start_mark.line) + 1 }
        if event.type == YAML_STREAM_END_EVENT { break }
      }
      return nil
    }
  }
}

extension yaml_event_t {
  /// Whether the event is an alias, or the start of something that has an anchor.
  fileprivate var isReference: Bool {
    switch type {
    case YAML_ALIAS_EVENT: true
    case YAML_SCALAR_EVENT: data.scalar.anchor != nil
    case YAML_SEQUENCE_START_EVENT: data.sequence_start.anchor != nil
    case YAML_MAPPING_START_EVENT: data.mapping_start.anchor != nil
    default: false
    }
  }
}
