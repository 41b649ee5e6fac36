internal import Checkpoints
internal import Files
internal import Foundation

/// Processors of one family compute the same bits: the C library picks its functions, and a build its kernels, by what they can do.
enum ProcessorFamily {
  /// This machine's, for instance `GenuineIntel family 6 model 207`; nil where the system does not tell.
  static let own = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)).flatMap(inProcessorList)

  /// The family of the first processor in a text such as `/proc/cpuinfo`.
  static func inProcessorList(_ text: String) -> String? {
    func value(_ name: String) -> Substring? {
      let line = text.split(separator: "\n").first { $0.prefix { $0 != ":" && $0 != "\t" } == name }
      return line.flatMap { $0.split(separator: ":").last?.drop { $0 == " " } }
    }
    if let vendor = value("vendor_id"), let family = value("cpu family"), let model = value("model") {
      return "\(vendor) family \(family) model \(model)"
    }
    guard let maker = value("CPU implementer"), let part = value("CPU part") else { return nil }
    return "implementer \(maker) part \(part)"
  }

  /// The family that a run's `environment.json` names, if there is one beside the folder of a checkpoint.
  static func ofRun(withCheckpoint path: String) -> String? {
    struct Environment: Decodable { let processorFamily: String? }
    let run = Directory.split(Directory.split(path).folder).folder
    guard let bytes = try? InputFile.bytes(of: run + "/" + RunFiles.environment) else { return nil }
    return (try? JSONText.decode(Environment.self, from: bytes))?.processorFamily
  }

  /// The warning for a run that continues a checkpoint made on another CPU family; nil if there is none.
  static func warning(goingOnFrom checkpoint: String) -> String? {
    guard let before = ofRun(withCheckpoint: checkpoint), let own, before != own else { return nil }
    return
      "the run in '\(checkpoint)' was made on another CPU family (\(before)) than this one (\(own)): results may "
      + "no longer be bit-identical; resume on the original CPU family to keep them so"
  }
}
