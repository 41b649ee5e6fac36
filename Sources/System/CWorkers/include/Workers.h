// A Swift closure that must not escape, lent to other threads for the time of a call.
//
// Swift has no way to keep a non-escaping closure in memory without a heap object for it, even where its caller waits for
// everybody who uses it; a training step must not allocate. In Swift's calling convention such a closure is a function
// and a context, which are all that is kept here.
#ifndef WORKERS_H
#define WORKERS_H

#include <stdint.h>

// A closure of type (Int, Int) -> Void, valid while the call that was given it lasts.
typedef struct {
  void *function;
  void *context;
} sagan_closure;

// Calls the closure.
void sagan_closure_call(sagan_closure closure, intptr_t task, intptr_t worker);

// Tells the processor that this thread only asks a variable again and again.
static inline void sagan_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
