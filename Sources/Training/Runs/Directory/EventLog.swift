internal import Files
internal import Formats
internal import Foundation

/// The TensorBoard file of this start of the program; each start writes one of its own.
final class EventLog {
  private let file: AppendedFile
  /// What a person should know of files that were not taken back.
  let warnings: [String]

  /// Takes the files of earlier starts back to `step`, and begins a new one.
  ///
  /// Readers that have the files open learn from the new one that later steps are void.
  init(in folder: Folder, continuingAfter step: Int) throws(FileError) {
    var seconds = Int(Date.now.timeIntervalSince1970)
    var warnings: [String] = []
    for case let name? in try folder.names() where name.hasPrefix(TensorBoardFile.namePrefix) && folder.holds(name) {
      if case .damaged(let offset) = try TensorBoardFile.takeBack(name, in: folder, to: step) {
        warnings.append(
          "'\(folder.path(of: name))' is damaged at byte \(offset) and was left as it is; TensorBoard shows nothing of "
            + "what follows there")
      }
      // Readers take files in the order of their names.
      let digits = name.dropFirst(TensorBoardFile.namePrefix.count).prefix { $0.isASCII && $0.isNumber }
      if let other = Int(digits), other < Self.lastSecond { seconds = max(seconds, other + 1) }
    }
    self.warnings = warnings
    let process = ProcessInfo.processInfo
    file = try AppendedFile(
      "\(TensorBoardFile.namePrefix)\(seconds).\(process.hostName).\(process.processIdentifier).0", in: folder,
      isNew: true)
    let now = Date.now.timeIntervalSince1970
    try file.append(
      TensorBoardEvent.version(time: now).record + TensorBoardEvent.sessionStart(step: step + 1, time: now).record)
  }

  /// The seconds since 1970 of a year that no file of a run is from.
  private static let lastSecond = 10_000_000_000

  /// Appends what is to be shown of a step.
  func append(_ values: [(tag: String, value: TensorBoardEvent.Value)], step: Int) throws(FileError) {
    let event = TensorBoardEvent.summary(values, step: step, time: Date.now.timeIntervalSince1970)
    try file.append(event.record)
  }

  /// Makes the events so far certain to survive a power cut.
  func flush() throws(FileError) { try file.flush() }
}
