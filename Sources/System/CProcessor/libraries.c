// OpenBLAS starts a thread for each core while it is loaded. This program never uses them, and where the system has none
// left the library ends the process with lines of its own. A variable keeps it from that, but it is read before `main`
// and even before constructors: so the process sets it and replaces itself before any library begins. Its number, files
// and arguments stay. What a user has set stays, too.

#if defined(__linux__)

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define VARIABLE "OPENBLAS_NUM_THREADS="

static void keep_libraries_single_threaded(int count, char **arguments, char **environment) {
  (void)count;
  // Started through the dynamic linker, as in `ld.so sagan …`, the process would replace itself by the linker alone.
  if (getauxval(AT_BASE) == 0) return;
  size_t size = 0;
  for (; environment[size] != NULL; size++) {
    if (strncmp(environment[size], VARIABLE, sizeof VARIABLE - 1) == 0) return;
  }
  char *wider[size + 2];
  memcpy(wider, environment, size * sizeof *wider);
  wider[size] = (char[]){VARIABLE "1"};
  wider[size + 1] = NULL;
  // By its own path, from which the system takes the name that `ps` and `pgrep` show.
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = '\0';
  execve(path, arguments, wider);
  // Where that fails the threads are there, and idle.
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(int, char **, char **) =
    keep_libraries_single_threaded;

#endif
