/// The compression of liblzf, which h5py has beside gzip.
///
/// A byte below 32 is followed by so many and one more bytes; any other says how far back, up to 8 KiB, how many bytes are
/// to be repeated.
enum LZF {
  /// The content of some compressed bytes.
  ///
  /// - Parameters:
  ///   - bytes: The compressed bytes.
  ///   - limit: The most bytes that may come of them.
  /// - Returns: The content.
  /// - Throws: `FormatFault` where they are no such bytes, or more come of them.
  static func decompressed(_ bytes: [UInt8], limit: Int) throws(FormatFault) -> [UInt8] {
    let damaged = FormatFault("a chunk of it is damaged: it is not what LZF makes")
    var result: [UInt8] = []
    result.reserveCapacity(limit)
    var position = 0
    while position < bytes.count {
      let control = Int(bytes[position])
      position += 1
      if control < 32 {
        guard control < bytes.count - position, control < limit - result.count else { throw damaged }
        result += bytes[position..<position + control + 1]
        position += control + 1
        continue
      }
      var count = control >> 5 + 2
      if control >> 5 == 7 {
        guard position < bytes.count else { throw damaged }
        count += Int(bytes[position])
        position += 1
      }
      guard position < bytes.count else { throw damaged }
      let distance = (control & 31) << 8 + Int(bytes[position]) + 1
      position += 1
      guard distance <= result.count, count <= limit - result.count else { throw damaged }
      let start = result.count - distance
      for index in start..<start + count { result.append(result[index]) }
    }
    return result
  }
}
