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

/// Asks for the cache line at `address` in the innermost cache, to be written there.
static inline __attribute__((always_inline)) void prefetch_to_write(const float *address) {
  __builtin_prefetch(address, 1, 3);
}

#if defined(__AVX512F__)
typedef float vector_of_floats __attribute__((ext_vector_type(16)));
#elif defined(__AVX2__)
typedef float vector_of_floats __attribute__((ext_vector_type(8)));
#else
typedef float vector_of_floats __attribute__((ext_vector_type(4)));
#endif

/// Writes a vector to an aligned address, past the caches: for results that they could not hold until they are read.
///
/// An ordinary store first reads the line that it writes to. Other threads see the vector after `finish_stores`.
static inline __attribute__((always_inline)) void store_past_caches(float *address, vector_of_floats value) {
  __builtin_nontemporal_store(value, (vector_of_floats *)address);
}

/// Orders stores past the caches before all that this thread writes from here on.
static inline __attribute__((always_inline)) void finish_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}
