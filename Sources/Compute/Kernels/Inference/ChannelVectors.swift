/// Vectors of channels that cover any number of them: the last one overlaps the one before, or is short.
struct ChannelVectors {
  private let channels: Int

  init(_ channels: Int) { self.channels = channels }

  /// Calls `body` with the first channel of each vector and how many it holds, from some channel on.
  ///
  /// Some channels come twice, so `body` must overwrite what it writes and must not read it.
  @inline(__always)
  func forEach(from start: Int = 0, _ body: (_ first: Int, _ count: Int) -> Void) {
    for channel in stride(from: start, to: channels, by: VectorLanes.count) {
      body(max(0, min(channel, channels &- VectorLanes.count)), min(VectorLanes.count, channels))
    }
  }
}

/// The `count` numbers at `p` as a vector, zeros behind them.
@inline(__always)
func load(_ p: UnsafePointer<Float>, _ count: Int) -> Vector {
  if count == VectorLanes.count { return load(p) }
  var result = Vector.zero
  for i in 0..<count { result[i] = p[i] }
  return result
}

/// Writes the first `count` numbers of `v` to `p`.
@inline(__always)
func store(_ v: Vector, to p: UnsafeMutablePointer<Float>, _ count: Int) {
  if count == VectorLanes.count { return store(v, to: p) }
  for i in 0..<count { p[i] = v[i] }
}
