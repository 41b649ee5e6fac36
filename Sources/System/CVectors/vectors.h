/// What processors do with vectors and caches, and Swift has no words for.
#pragma once

#if defined(__AVX512F__)
#define LANES 16
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define LANES 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LANES 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float vector_of_floats __attribute__((ext_vector_type(LANES)));

// MARK: Arithmetic
//
// The operators of Swift's vectors are loops over lanes, which the optimizer puts together again: in long functions not all of
// them, or in halves. These are one instruction each from the start.

INLINE vector_of_floats sum_of(vector_of_floats a, vector_of_floats b) { return a + b; }
INLINE vector_of_floats difference_of(vector_of_floats a, vector_of_floats b) { return a - b; }
INLINE vector_of_floats product_of(vector_of_floats a, vector_of_floats b) { return a * b; }

/// `a · b + c`, rounded once; without an instruction for it, by a function for each lane.
INLINE vector_of_floats fused(vector_of_floats a, vector_of_floats b, vector_of_floats c) {
  return __builtin_elementwise_fma(a, b, c);
}

/// The larger numbers; those of `b` that are none, too.
INLINE vector_of_floats larger_of(vector_of_floats a, vector_of_floats b) { return ((b > a) | (b != b)) ? b : a; }
/// `x` where a ReLU lets `y` pass, 0 elsewhere; what is no number passes.
INLINE vector_of_floats passed_by(vector_of_floats y, vector_of_floats x) { return y <= 0 ? 0 : x; }
/// The numbers, but `limit` where they are less or more; what is none stays.
INLINE vector_of_floats at_least(vector_of_floats limit, vector_of_floats x) { return x < limit ? limit : x; }
INLINE vector_of_floats at_most(vector_of_floats limit, vector_of_floats x) { return x > limit ? limit : x; }

// MARK: Hints to caches. None of them changes a result, and an address that is not the program's own is ignored.

/// Asks for the cache line at `address` in the innermost cache.
INLINE void prefetch_near(const float *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for the cache line at `address` in the second cache, where it displaces nothing of the innermost.
INLINE void prefetch_far(const float *address) { __builtin_prefetch(address, 0, 2); }

/// Writes a vector to an aligned address, past the caches: for results that they could not hold until they are read.
///
/// An ordinary store first reads the line that it writes to. Other threads see the vector after `finish_stores`.
INLINE void store_past_caches(float *address, vector_of_floats value) {
  __builtin_nontemporal_store(value, (vector_of_floats *)address);
}

/// Orders stores past the caches before all that this thread writes from here on.
INLINE void finish_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

// MARK: Bytes

/// Writes whole numbers of 0…255, a byte each.
INLINE void store_bytes(vector_of_floats values, unsigned char *to) {
  typedef int whole __attribute__((ext_vector_type(LANES)));
  typedef unsigned char bytes __attribute__((ext_vector_type(LANES)));
  typedef unsigned char unaligned __attribute__((ext_vector_type(LANES), aligned(1)));
  *(unaligned *)to = __builtin_convertvector(__builtin_convertvector(values, whole), bytes);
}

/// Reads as many bytes as a vector has numbers.
INLINE vector_of_floats load_bytes(const unsigned char *from) {
  typedef int whole __attribute__((ext_vector_type(LANES)));
  typedef unsigned char unaligned __attribute__((ext_vector_type(LANES), aligned(1)));
  return __builtin_convertvector(__builtin_convertvector(*(const unaligned *)from, whole), vector_of_floats);
}

// MARK: Transposition

/// Writes `[lanes, lanes]` numbers as columns: rows of `from` are `from_stride` apart, rows of `to` are `to_stride` apart.
INLINE void transpose_square(const float *from, long from_stride, float *to, long to_stride) {
  typedef float unaligned __attribute__((ext_vector_type(LANES), aligned(4)));
  vector_of_floats rows[LANES], zipped[LANES];
#pragma unroll
  for (int i = 0; i < LANES; i++) rows[i] = *(const unaligned *)(from + i * from_stride);
  // Each round puts rows i and i + lanes / 2 together like the teeth of a zip; log2(lanes) rounds transpose.
#pragma unroll
  for (int round = 1; round < LANES; round *= 2) {
#pragma unroll
    for (int i = 0; i < LANES / 2; i++) {
      zipped[2 * i] = __builtin_shufflevector(rows[i], rows[i + LANES / 2], LOW_HALVES);
      zipped[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + LANES / 2], HIGH_HALVES);
    }
#pragma unroll
    for (int i = 0; i < LANES; i++) rows[i] = zipped[i];
  }
#pragma unroll
  for (int i = 0; i < LANES; i++) *(unaligned *)(to + i * to_stride) = rows[i];
}

#undef LANES
#undef LOW_HALVES
#undef HIGH_HALVES
#undef INLINE
