import Files
import TestSupport
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Gives one reader many damaged files: whatever the bytes, it returns, or throws one sentence with a documented code.
///
/// A reader that traps ends the test program; the input lies in `SAGAN_FUZZ_FOLDER` then.
struct Fuzzing {
  /// How many inputs each reader gets, from `SAGAN_FUZZ_ROUNDS`.
  static let rounds = environment("SAGAN_FUZZ_ROUNDS").flatMap { Int($0) } ?? 2000
  /// What decides the inputs, from `SAGAN_FUZZ_SEED`.
  static let seed = environment("SAGAN_FUZZ_SEED").flatMap { UInt64($0) } ?? 20_260_801
  /// Memory where there is such a folder, as thousands of small files a second are made.
  private static let folder =
    environment("SAGAN_FUZZ_FOLDER") ?? (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory())

  /// How the inputs fared.
  struct Tally {
    var read = 0
    var refused = 0
  }

  /// Damages whole files again and again and has them read.
  ///
  /// - Parameters:
  ///   - reader: The reader's name.
  ///   - files: Whole files; one of them is damaged in each round.
  ///   - words: Pieces that mean something in the format.
  ///   - isText: Whether numbers, words and lines of the files are damaged as such, too.
  ///   - seal: Makes a checksum right again that would hide from the parser what is wrong.
  ///   - name: The file's name in a folder of its own.
  ///   - toleratesAll: Whether nothing may be refused; else something has to be.
  ///   - share: By what the number of rounds is divided, where a round takes long.
  ///   - read: Reads the file at a path, which may have other files beside it.
  /// - Returns: How many inputs were read, and how many refused.
  /// - Throws: What making the folder throws.
  @discardableResult
  static func run(
    _ reader: String, damaging files: [[UInt8]], words: [String] = [], isText: Bool = false,
    seal: (_ bytes: [UInt8]) -> [UInt8] = { $0 }, name: String = "input", toleratesAll: Bool = false,
    share: Int = 1, read: (_ path: String) throws -> Void
  ) throws -> Tally {
    let rounds = max(rounds / share, 1)
    print("damaged inputs of \(reader): \(rounds), seed \(seed)")
    let directory = folder + "/\(reader)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = directory + "/" + name
    for file in files {
      // An input that is damaged already would be refused in every round, and nothing be tried.
      try write(file, to: path)
      try read(path)
    }
    var mutator = Mutator(seed: seed, words: words)
    var tally = Tally()
    for round in 0..<rounds {
      let file = files[round % files.count]
      try write(seal(isText && round % 2 == 0 ? mutator.misspelt(file) : mutator.damaged(file)), to: path)
      do {
        try read(path)
        tally.read += 1
      } catch let error as any ReportedError {
        let sentence = error.sentence
        let isDocumented = [65, 66, 73, 78].contains(error.exitCode)
        if sentence.isEmpty || sentence.contains("\n") || sentence.utf8.count > 9000 || !isDocumented {
          Issue.record("\(reader), round \(round) of seed \(seed): code \(error.exitCode), '\(sentence)'")
        }
        tally.refused += 1
      } catch {
        Issue.record("\(reader), round \(round) of seed \(seed): an error without a code: \(error)")
      }
    }
    try FileManager.default.removeItem(atPath: directory)
    #expect(toleratesAll ? tally.refused == 0 : tally.refused > rounds / 20, "\(reader): \(tally)")
    return tally
  }

  /// The bytes of a file that `write` makes.
  static func bytes(_ write: (_ path: String) throws -> Void) throws -> [UInt8] {
    let path = folder + "/" + UUID().uuidString
    defer { unlink(path) }
    try write(path)
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    // Rewriting a file in place makes some file systems flush the old one to disk: milliseconds, thousands of times.
    unlink(path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private static func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
