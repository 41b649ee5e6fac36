internal import Tensors

/// Shows every other real image of a run with left and right exchanged.
///
/// Whether the n-th one is shown so is a function of seed and n, n counted over all discriminator updates.
struct Mirroring: Sendable {
  let seed: UInt64

  /// Whether the n-th image of the run is mirrored.
  func shows(_ n: Int) -> Bool {
    var stream = RandomStream(
      seed: seed, purpose: .mirroring, update: UInt32(truncatingIfNeeded: n >> 32),
      sample: UInt32(truncatingIfNeeded: n))
    return stream.next() >> 31 == 1
  }

  /// Exchanges left and right of a square image.
  func mirror(_ pixels: UnsafeMutableBufferPointer<UInt8>, _ side: Int, _ channels: Int) {
    for row in 0..<side {
      for column in 0..<side / 2 {
        let left = (row * side + column) * channels
        let right = (row * side + side - 1 - column) * channels
        for channel in 0..<channels { pixels.swapAt(left + channel, right + channel) }
      }
    }
  }
}
