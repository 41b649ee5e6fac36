internal import Files
internal import Runs

/// Everything that a score depends on beside the two sets of images' own pixels: what has to be equal where scores are compared.
///
/// Ranks, threads, batch, times and hosts are not part of it, since they change no bit of a score.
package struct EvaluationProtocol: Hashable, Sendable {
  /// A field and its value, for people and for comparison.
  package struct Field: Hashable, Sendable, Codable {
    /// For instance `samples`.
    package let name: String
    /// For instance `10000`.
    package let value: String
  }

  /// The fields, in the order in which they are shown and compared.
  package private(set) var fields: [Field] = []

  /// A protocol without fields.
  package init() {}

  /// The first fields of samples that a generator draws.
  ///
  /// - Parameters:
  ///   - generator: A checksum of its weights.
  ///   - step: The step that they are of.
  ///   - weights: Which of a checkpoint's weights.
  ///   - seed: Decides the latent vectors.
  ///   - samples: How many samples.
  init(generator: String, step: Int, weights: String, seed: UInt64, samples: Int) {
    add("generated", generator)
    add("step", step)
    add("weights", weights)
    add("batch-norm", "running")
    add("seed", seed)
    add("samples", samples)
  }

  /// Adds what makes the features, which scores are taken of them, and by which version of this program.
  mutating func add(_ extractor: any RowExtractor, _ request: ScoreRequest) {
    add("extractor", extractor.name)
    add("extractor-digest", extractor.digest)
    add("preprocessing", extractor.preprocessing)
    request.describe(in: &self)
    add("program", "sagan \(ProgramVersion.number)")
  }

  /// Adds the form of images.
  mutating func add(pixelsOf side: any PixelSource) { add("pixels", "\(side.height)x\(side.width)x\(side.channels)") }

  /// Fields that were read.
  package init(_ fields: [Field]) { self.fields = fields }

  /// Adds a field.
  package mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    fields.append(Field(name: name, value: value.description))
  }

  /// One line with all fields.
  package var line: String { fields.map { "\($0.name)=\($0.value)".shown }.joined(separator: " ") }

  /// A difference between two protocols.
  package struct Difference: Hashable, Sendable {
    /// The field.
    package let name: String
    /// Its value in the first protocol; `nil` where it has no such field.
    package let first: String?
    /// Its value in the second protocol.
    package let second: String?
  }

  /// The first field in which another protocol differs; fields that only say what is judged are passed over.
  ///
  /// - Parameters:
  ///   - other: The other one.
  ///   - subjects: Names of fields that may differ, such as the checkpoint.
  /// - Returns: The difference; `nil` where scores can be compared.
  package func difference(from other: EvaluationProtocol, apartFrom subjects: Set<String> = []) -> Difference? {
    var names = fields.map(\.name)
    names += other.fields.map(\.name).filter { !names.contains($0) }
    for name in names where !subjects.contains(name) {
      let (first, second) = (self[name], other[name])
      if first != second { return Difference(name: name, first: first, second: second) }
    }
    return nil
  }

  /// The value of a field.
  package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
