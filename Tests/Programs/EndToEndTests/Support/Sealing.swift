import Files
import Foundation

extension Scratch {
  /// Changes a checkpoint as an attacker can: afterwards all lengths and checksums are right again.
  ///
  /// - Parameters:
  ///   - checkpoint: The checkpoint's folder.
  ///   - edit: Changes the manifest's text.
  /// - Throws: What reading and writing the files throws.
  func seal(_ checkpoint: String, _ edit: (inout String) -> Void = { _ in }) throws {
    var text = try text(checkpoint + "/manifest.json")
    for file in text.matches(of: /"([a-z-]+\.safetensors)" : \{[^}]*\}/) {
      let bytes = try self.bytes(checkpoint + "/" + file.output.1)
      let fingerprint = Fingerprint()
      fingerprint.update(bytes)
      let entry =
        "\"\(file.output.1)\" : {\n      \"bytes\" : \(bytes.count),\n      \"xxh3\" : \"\(fingerprint.hexadecimal)\"\n    }"
      text = text.replacing(String(file.output.0), with: entry)
    }
    edit(&text)
    text = text.replacing(/("checksum" : ")[0-9a-f]*/) { "\($0.output.1)" }
    let fingerprint = Fingerprint()
    fingerprint.update(text)
    text = text.replacing("\"checksum\" : \"", with: "\"checksum\" : \"" + fingerprint.hexadecimal)
    try write(Array(text.utf8), to: checkpoint + "/manifest.json")
  }

  /// Writes numbers over the first ones of a tensor in a safetensors file.
  func overwrite(_ tensor: String, of file: String, with numbers: [Float]) throws {
    var bytes = try self.bytes(file)
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    guard let entry = header.firstRange(of: "\"\(tensor)\":{"),
      let place = header[entry.upperBound...].firstMatch(of: /"data_offsets":\[([0-9]+),/), let offset = Int(place.1)
    else { throw Hang(description: "no tensor '\(tensor)' in \(file)") }
    for (index, number) in numbers.enumerated() {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { value in
        let start = 8 + length + offset + 4 * index
        bytes.replaceSubrange(start..<start + 4, with: value)
      }
    }
    try write(bytes, to: file)
  }
}
