internal import CVectors
internal import Threads

/// Runs `body` for each block of at most `size` of `count` elements, shared out over the pool.
@inline(__always)
func forEachBlock(
  of count: Int, size: Int, pool: WorkerPool, _ body: @Sendable (Range<Int>) -> Void
) {
  pool.run((count &+ size &- 1) / size) { block, _ in
    body(block &* size..<min((block &+ 1) &* size, count))
  }
}

/// Asks for `count` numbers in the second cache; they need not be the program's own.
@inline(__always)
func prefetch<Scalar>(_ x: UnsafePointer<Scalar>, _ count: Int) {
  let line = 64
  var byte = 0
  while byte < count &* MemoryLayout<Scalar>.stride {
    prefetch_far((UnsafeRawPointer(x) + byte).assumingMemoryBound(to: Float.self))
    byte &+= line
  }
}
