#define _POSIX_C_SOURCE 200809L
#include "Signals.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static atomic_bool stop_requested;
static bool someone_watches;
static struct timespec first_interrupt;

static double seconds_since(struct timespec start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
}

static void request_stop(int number) {
  (void)number;
  atomic_store(&stop_requested, true);
}

// The same key press can arrive twice, for instance through `timeout`, which signals its child and then its group.
static void interrupt(int number) {
  if (first_interrupt.tv_sec == 0 && first_interrupt.tv_nsec == 0) {
    static const char notice[] = "\nfinishing this step, then writing a checkpoint; Ctrl-C again ends at once\n";
    clock_gettime(CLOCK_MONOTONIC, &first_interrupt);
    // A terminal that was stopped would hold up the step.
    struct pollfd terminal = {.fd = STDERR_FILENO, .events = POLLOUT};
    bool takes_text = someone_watches && poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT) != 0;
    if (takes_text && write(STDERR_FILENO, notice, sizeof notice - 1) < 0) someone_watches = false;
  } else if (seconds_since(first_interrupt) > 0.5) {
    signal(number, SIG_DFL);
    raise(number);
  }
  atomic_store(&stop_requested, true);
}

// Leaves alone what the process was started to ignore, as `nohup` and shells' background jobs are.
static void handle(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
  sigemptyset(&action.sa_mask);
  if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(number, &action, NULL);
}

void sagan_signals_let_writes_fail(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

void sagan_signals_end_on_quit(void) { handle(SIGQUIT, SIG_DFL); }

void sagan_signals_listen(bool interruptible) {
  handle(SIGUSR1, request_stop);
  handle(SIGXCPU, request_stop);
  if (!interruptible) return;
  someone_watches = isatty(STDERR_FILENO);
  handle(SIGTERM, request_stop);
  handle(SIGHUP, request_stop);
  handle(SIGINT, interrupt);
}

bool sagan_signals_stop_requested(void) { return atomic_load(&stop_requested); }
