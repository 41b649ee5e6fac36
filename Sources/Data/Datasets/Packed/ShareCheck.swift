internal import Files

/// Compares pixels that are read one after the other with the checksums of the shares that they were written in.
struct ShareCheck {
  private var shares: ArraySlice<PackRecord.Share>
  private let imageSize: Int
  private let path: String
  private var fingerprint = Fingerprint()
  private var position = 0
  /// Whether pixels were others than those that were written.
  private(set) var hasFailed = false

  init(_ shares: [PackRecord.Share], imageSize: Int, path: String) {
    (self.shares, self.imageSize, self.path) = (shares[...], imageSize, path)
  }

  mutating func add(_ pixels: UnsafeRawBufferPointer) throws(FileError) {
    var rest = pixels[...]
    while !rest.isEmpty, let share = shares.first {
      let part = rest.prefix(share.end * imageSize - position)
      fingerprint.update(UnsafeRawBufferPointer(rebasing: part))
      position += part.count
      rest = rest.dropFirst(part.count)
      guard position == share.end * imageSize else { continue }
      guard fingerprint.hexadecimal == share.checksum else {
        hasFailed = true
        throw FileError(
          .malformed,
          "the pixels in '\(path)' up to image \(grouped(share.end)) are not those that were written; check the disk and the network, "
            + "and start again: it begins anew")
      }
      shares = shares.dropFirst()
      fingerprint = Fingerprint()
    }
  }
}
