#pragma once
#include <sys/types.h>

/// Starts a command in a process group of its own, with no signal blocked.
///
/// Its files are standard input, which is empty, two for what it prints, and number 3, an end of a
/// pipe that they keep open. Whoever reads from `*link`, its other end, meets its end when the command and all that it started have
/// ended.
///
/// Returns 0, or the number of the error.
int spawn_command(
  pid_t *process, int *link, char *const arguments[], char *const environment[], const char *directory, const char *output,
  const char *errors);

/// Starts a command in a process group of its own that gets SIGTERM when the thread that started it ends, as by SIGKILL.
///
/// Its standard input is empty; what it prints is appended to the file `output`, and complaints to `errors`, or to `output` where
/// that is NULL. It ignores no signal, unless this process ignores SIGHUP. It inherits no file that closes on exec.
///
/// Returns 0, or the number of the error.
int spawn_child(pid_t *process, char *const arguments[], const char *output, const char *errors);
