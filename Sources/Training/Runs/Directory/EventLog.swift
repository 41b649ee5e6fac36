internal import Files
internal import Formats
internal import Foundation

/// The TensorBoard file of this start of the program; each start writes one of its own.
final class EventLog {
  private let file: AppendedFile

  /// Takes the files of earlier starts back to `step`, and begins a new one.
  ///
  /// Readers that have the files open learn from the new one that later steps are void.
  init(folder: String, continuingAfter step: Int) throws(FileError) {
    var seconds = Int(Date.now.timeIntervalSince1970)
    for case let name? in try Directory.names(in: folder) where name.hasPrefix(TensorBoardFile.namePrefix) {
      try TensorBoardFile.takeBack(folder + "/" + name, to: step)
      // Readers take files in the order of their names.
      let digits = name.dropFirst(TensorBoardFile.namePrefix.count).prefix { $0.isASCII && $0.isNumber }
      seconds = max(seconds, (Int(digits) ?? 0) &+ 1)
    }
    let process = ProcessInfo.processInfo
    file = try AppendedFile(
      path: "\(folder)/\(TensorBoardFile.namePrefix)\(seconds).\(process.hostName).\(process.processIdentifier).0",
      isNew: true)
    let now = Date.now.timeIntervalSince1970
    try file.append(
      TensorBoardEvent.version(time: now).record + TensorBoardEvent.sessionStart(step: step + 1, time: now).record)
  }

  /// Appends what is to be shown of a step.
  func append(_ values: [(tag: String, value: TensorBoardEvent.Value)], step: Int) throws(FileError) {
    let event = TensorBoardEvent.summary(values, step: step, time: Date.now.timeIntervalSince1970)
    try file.append(event.record)
  }

  /// Makes the events so far certain to survive a power cut.
  func flush() throws(FileError) { try file.flush() }
}
