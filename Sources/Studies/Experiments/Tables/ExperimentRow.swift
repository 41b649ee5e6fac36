internal import Configuration

/// A value of a setting.
package struct NamedText: Codable, Hashable, Sendable {
  /// The setting's key.
  package let name: String
  /// Its value, as after `--set`.
  package let value: String

  /// A value.
  package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

  /// A whole number.
  package init(_ name: String, _ value: Int) { self.init(name, String(value)) }
}

/// A score that others have published.
package struct PublishedScore: Hashable, Sendable {
  /// Its name there: `IS`, `FID`, `intra FID`.
  package let name: String
  /// Its value in words, as it was printed.
  package let value: String

  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// A row of a table, or an arm of a figure: settings over a preset.
package struct ExperimentRow: Sendable {
  /// What the report calls it.
  package let label: String
  /// What `sagan train --preset` gets.
  package let preset: String
  /// What makes the row: what `sagan train --set` gets and other rows do not.
  package let differences: [NamedText]
  /// What it shares with the other rows, and what follows from its length.
  package let common: [NamedText]
  /// What others have published for it.
  package let published: [PublishedScore]
  /// What a reader should know of the row or of its published scores.
  package let note: String?

  /// All settings, each once: those of the row win.
  package var settings: [NamedText] {
    common.filter { one in !differences.contains { $0.name == one.name } }
      + differences.enumerated().filter { index, one in
        !differences[(index + 1)...].contains { $0.name == one.name }
      }.map(\.element)
  }
}

/// A table, or the arms of a figure, on some data.
package struct ExperimentTable: Sendable {
  /// The experiment.
  package let name: ExperimentName
  /// What its runs are trained on.
  package let data: ExperimentData
  /// Its rows, in the paper's order.
  package let rows: [ExperimentRow]
  /// What the published scores beside it were made of.
  package let publishedHeading: String

  /// What tells it from the experiment's table on other data.
  package var title: String { data.isPhotographs ? name.title + ", on photographs" : name.title }
}
