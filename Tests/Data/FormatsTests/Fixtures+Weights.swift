import Foundation
import TestSupport

/// A tensor or array as PyTorch or NumPy has it; `Tests/Fixtures/make_weights.py` made it.
struct ExpectedTensor: Decodable {
  let name: String
  let shape: [Int]
  let numbers: [Double]
  let integers: [Int]
}

extension Fixtures {
  /// Where a file of weights is.
  static func weights(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/weights/\(name)").path
  }

  /// What PyTorch reads from the files of a name.
  static func expectedWeights(_ name: String) throws -> [ExpectedTensor] {
    let bytes = Data(try bytes("weights.json", in: "weights"))
    return try JSONDecoder().decode([String: [ExpectedTensor]].self, from: bytes)[name] ?? []
  }

  /// What NumPy reads from its file of arrays.
  static func expectedArrays() throws -> [ExpectedTensor] {
    try JSONDecoder().decode([ExpectedTensor].self, from: Data(try bytes("arrays.json", in: "weights")))
  }
}
