internal import Tensors

/// Runs `body` for each block of at most `size` of `count` elements, shared out over the pool.
@inline(__always)
func forEachBlock(
  of count: Int, size: Int, pool: WorkerPool, _ body: (Range<Int>) -> Void
) {
  pool.run((count &+ size &- 1) / size) { block, _ in
    body(block &* size..<min((block &+ 1) &* size, count))
  }
}
