// Signals that ask a run to stop. Handlers may do next to nothing, and in Swift even reading a global can do more.
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

// From now on a write that nobody reads, or that is too large for a file, fails instead of ending the process.
void sagan_signals_let_writes_fail(void);

// From now on SIGQUIT ends the process at once, without the report of a crash that Swift's runtime would print.
void sagan_signals_end_on_quit(void);

// From now on SIGUSR1 and SIGXCPU ask to stop; SIGINT, SIGTERM and SIGHUP, too, where `interruptible`.
//
// At a terminal the first SIGINT is answered by a line; a second one ends the process at once.
void sagan_signals_listen(bool interruptible);

// Whether a signal has asked to stop.
bool sagan_signals_stop_requested(void);

#endif
