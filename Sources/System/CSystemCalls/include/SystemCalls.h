// Kills a program at a system call that changes files, for tests of what a kill leaves behind.
#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

#include <stdbool.h>
#include <stddef.h>

// How a program ended that was to be killed.
struct system_calls_end {
  // Whether it was killed at the moment asked for.
  bool was_cut;
  // Where it was not: its exit code, 128 and the number of the signal that ended it, or -1 if it cannot be traced.
  int code;
};

// Runs a program that is killed at the given moment, the first being 1, and waits for its end.
//
// Each call that can change the contents or names of files is a moment, before it takes place, and a write is
// another one, when half of it is done. A write that follows a write to the same file is the second alone, as the
// first would leave what the end of the write before it leaves; where `every_write` is not asked for it is none.
// Calls of all threads and of child processes count, if the path of their file holds `marker`. (Where this code does
// not know the machine's registers there are no halves, and every write is a moment.)
//
// `command` is the program's path and arguments, closed by NULL; what it prints goes to the file `output`. `text`
// becomes the name and path of the call at which it was killed.
struct system_calls_end system_calls_cut(char *const *command, const char *output, const char *marker, bool every_write,
                                         int moment, char *text, size_t size);

#endif
