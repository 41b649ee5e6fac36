/// What code may tell the caches, and Swift has no words for.
///
/// None of it changes a result: a hint about an address that is not the program's own is ignored.
#pragma once

/// Asks for the cache line at `address` in the innermost cache.
static inline __attribute__((always_inline)) void prefetch_near(const float *address) {
  __builtin_prefetch(address, 0, 3);
}

/// Asks for the cache line at `address` in the second cache, where it displaces nothing of the innermost.
static inline __attribute__((always_inline)) void prefetch_far(const float *address) {
  __builtin_prefetch(address, 0, 2);
}
