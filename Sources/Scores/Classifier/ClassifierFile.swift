internal import Files
internal import Formats
internal import Kernels
internal import Layers
internal import Tensors
internal import Threads

extension Classifier {
  static let format = "sagan classifier"

  /// Reads a classifier's file.
  ///
  /// - Parameter path: The file.
  /// - Returns: The classifier, whose numbers are those that were written.
  /// - Throws: `ClassifierError` of kind `file` where it is missing, damaged or something else.
  public static func read(_ path: String) throws(ClassifierError) -> Classifier {
    do throws(FileError) {
      let file = try SafetensorsFile(path: path)
      guard let text = file.metadata["classifier"], file.metadata["kind"] == format else {
        throw FileError(
          .malformed,
          "expected a classifier in '\(path)' and found another safetensors file; give one that `sagan evaluate` has made"
        )
      }
      let damaged = FileError(
        .malformed, "the classifier '\(path)' is damaged; remove it, and it is trained again")
      guard let description = try? JSONText.decode(ClassifierDescription.self, from: Array(text.utf8)),
        description.isPlausible, file.metadata["checksum"] == checksum(text)
      else { throw damaged }
      guard description.version == ClassifierRecipe.version else {
        throw FileError(
          .malformed,
          "expected a classifier of version \(ClassifierRecipe.version) in '\(path)' and found version "
            + "\(description.version); remove it, and it is trained again")
      }
      let weights = ClassifierNetwork<Float>.weights(description.recipe.architecture)
      for arena in [weights.parameters, weights.statistics] {
        for entry in arena.layout.entries {
          arena.setFileOrder(entry, try file.floats(entry.name, shape: entry.fileShape))
        }
      }
      let classifier = Classifier(description, weights)
      guard file.metadata["digest"] == classifier.digest else { throw damaged }
      return classifier
    } catch {
      throw ClassifierError(error)
    }
  }

  /// Writes the classifier as a file that appears whole or not at all, and replaces a file of its name.
  ///
  /// Equal classifiers give equal bytes.
  ///
  /// - Parameter path: Where; folders above it are made.
  /// - Throws: `ClassifierError` of kind `file`.
  public func write(_ path: String) throws(ClassifierError) {
    let text = JSONText.encode(description)
    var writer = SafetensorsWriter(metadata: [
      "format": "pt", "kind": Self.format, "classifier": text, "checksum": Self.checksum(text), "digest": digest,
    ])
    for arena in [weights.parameters, weights.statistics] {
      for entry in arena.layout.entries { writer.add(entry.name, shape: entry.fileShape) { arena.fileOrder(entry) } }
    }
    do throws(FileError) {
      let place = Directory.split(path)
      try Directory.create(place.folder)
      _ = try writer.write(to: try OutputFile(place.name, in: try Folder(place.folder)))
    } catch {
      throw ClassifierError(error)
    }
  }

  private static func checksum(_ text: String) -> String {
    let hash = Fingerprint()
    hash.update(text)
    return hash.hexadecimal
  }
}

extension ClassifierDescription {
  /// Whether a network can be built of it: a file may say anything.
  var isPlausible: Bool {
    [8, 16, 32, 64, 128, 256, 512, 1024].contains(recipe.resolution) && [1, 3].contains(recipe.channels)
      && (2...1_000_000).contains(recipe.classes) && (0...1 << 40).contains(heldOutCount)
      && (0...heldOutCount).contains(heldOutCorrect)
  }
}
