// Counts calls of the C allocator in a whole process. The definitions in MallocCounter.c take the place of glibc's in any
// program that links this target, the libraries it loads included. What OpenBLAS and Open MPI ask for on their own
// account is not counted.
#ifndef MALLOC_COUNTER_H
#define MALLOC_COUNTER_H

// Starts at 0 again and counts from now on, on all threads.
void malloc_counter_start(void);

// Stops counting and returns how many blocks were asked for.
long malloc_counter_stop(void);

// The name of the function that asked for the first block, or "nobody"; valid until the next start.
const char *malloc_counter_first_caller(void);

#endif
