#define _GNU_SOURCE
#include "MallocCounter.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// glibc's own entry points, which it exports for exactly this purpose.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_int counting;
static atomic_long count;
enum { depth = 12 };
static void *callers[depth];
static int caller_count;

// Where the code of the libraries lies that may allocate on their own account.
enum { most_ranges = 64 };
static struct { uintptr_t start, end; } excluded[most_ranges];
static int range_count;

static int exclude(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  (void)data;
  static const char *const names[] = {"libopenblas", "libmpi", "libopen-", "mca_"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!strstr(info->dlpi_name, names[i])) continue;
    for (int j = 0; j < info->dlpi_phnum && range_count < most_ranges; j++) {
      const ElfW(Phdr) *part = &info->dlpi_phdr[j];
      if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
      excluded[range_count].start = info->dlpi_addr + part->p_vaddr;
      excluded[range_count++].end = info->dlpi_addr + part->p_vaddr + part->p_memsz;
    }
  }
  return 0;
}

static void note(void *caller) {
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
  for (int i = 0; i < range_count; i++) {
    if ((uintptr_t)caller >= excluded[i].start && (uintptr_t)caller < excluded[i].end) return;
  }
  if (atomic_fetch_add(&count, 1) == 0) caller_count = backtrace(callers, depth);
}

void *malloc(size_t size) {
  note(__builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note(__builtin_return_address(0));
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  note(__builtin_return_address(0));
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  note(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  note(__builtin_return_address(0));
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}

void malloc_counter_start(void) {
  void *warm_up[1];
  backtrace(warm_up, 1); // The first call loads a library, and allocates.
  caller_count = range_count = 0;
  dl_iterate_phdr(exclude, NULL);
  atomic_store(&count, 0);
  atomic_store(&counting, 1);
}

long malloc_counter_stop(void) {
  atomic_store(&counting, 0);
  return atomic_load(&count);
}

const char *malloc_counter_first_caller(void) {
  static char text[2048];
  int length = snprintf(text, sizeof text, caller_count ? "" : "nobody");
  for (int i = 2; i < caller_count && length < (int)sizeof text - 1; i++) {
    Dl_info info = {0};
    dladdr(callers[i], &info);
    if (i > 2) length += snprintf(text + length, sizeof text - length, " < ");
    if (length >= (int)sizeof text) break;
    if (info.dli_sname) {
      length += snprintf(text + length, sizeof text - length, "%s", info.dli_sname);
    } else { // A static function: an offset for addr2line.
      const char *file = info.dli_fname ? info.dli_fname : "?";
      length += snprintf(text + length, sizeof text - length, "%s+0x%lx", file,
                         (unsigned long)((char *)callers[i] - (char *)info.dli_fbase));
    }
  }
  return text;
}
