#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Spawn.h"

// Between fork and exec a copy of a process with threads may do nothing but system calls.
static void become_command(pid_t parent, int fault, char *const arguments[], const char *output, const char *errors) {
  const int written = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // Handlers end with the program, but what is ignored stays so: SIGPIPE, or what a thread of its own waits for.
  for (int number = 1; number < 32; number++) {
    if (number != SIGHUP) signal(number, SIG_DFL);
  }
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent) {
    const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int said = open(output, written, 0666);
    const int complained = errors == NULL ? said : open(errors, written, 0666);
    if (input >= 0 && said >= 0 && complained >= 0 && dup2(input, 0) == 0 && dup2(said, 1) == 1 && dup2(complained, 2) == 2) {
      execv(arguments[0], arguments);
    }
  }
  const int failure = errno == 0 ? ECHILD : errno;
  if (write(fault, &failure, sizeof failure) < 0) _exit(126);
  _exit(127);
}

int spawn_child(pid_t *process, char *const arguments[], const char *output, const char *errors) {
  int ends[2];
  const pid_t parent = getpid();
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  const pid_t child = fork();
  if (child == 0) become_command(parent, ends[1], arguments, output, errors);
  int failure = child < 0 ? errno : 0;
  close(ends[1]);
  if (child > 0) {
    // The other end closes when the command begins.
    ssize_t count;
    do count = read(ends[0], &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
      while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
  }
  close(ends[0]);
  *process = child;
  return failure;
}
