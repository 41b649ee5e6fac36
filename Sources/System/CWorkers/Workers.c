#include "Workers.h"

typedef __attribute__((swiftcall)) void (*body)(intptr_t task, intptr_t worker,
                                                __attribute__((swift_context)) void *context);

// Declared in WorkerPool.swift, as no header can say that a parameter is a Swift closure.
__attribute__((swiftcall)) void sagan_closure_lend(void *function, void *context, sagan_closure *lent) {
  lent->function = function;
  lent->context = context;
}

void sagan_closure_call(sagan_closure closure, intptr_t task, intptr_t worker) {
  ((body)closure.function)(task, worker, closure.context);
}
