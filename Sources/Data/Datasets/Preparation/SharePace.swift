/// How many images each thread prepares before people can be told how far the work has come: those of about a second.
///
/// Photographs of a camera take thousands of times as long as pictures that need no decoding. No image depends on it.
package struct SharePace {
  /// Images of a thread in the next share.
  package private(set) var imagesOfThread = 16

  /// The pace before anything is known.
  package init() {}

  /// Takes note of how long a share took.
  package mutating func took(_ time: Duration) {
    let factor = min(max(1 / max(time / .seconds(1), 1e-3), 0.25), 4)
    imagesOfThread = min(max(Int(Double(imagesOfThread) * factor), 1), 4096)
  }
}
