#define _GNU_SOURCE
#include "SystemCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// A call and its arguments, counted from 1: an open file, or paths and the folders that they begin in; 0 for none.
struct call {
  long number;
  const char *name;
  int file, path[2], folder[2];
};

static const struct call calls[] = {
  {SYS_write, "write", .file = 1},
  {SYS_pwrite64, "pwrite64", .file = 1},
  {SYS_writev, "writev", .file = 1},
  {SYS_pwritev, "pwritev", .file = 1},
  {SYS_pwritev2, "pwritev2", .file = 1},
  {SYS_sendfile, "sendfile", .file = 1},
  {SYS_copy_file_range, "copy_file_range", .file = 3},
  {SYS_splice, "splice", .file = 3},
  {SYS_ftruncate, "ftruncate", .file = 1},
  {SYS_fallocate, "fallocate", .file = 1},
  {SYS_fsync, "fsync", .file = 1},
  {SYS_fdatasync, "fdatasync", .file = 1},
  {SYS_truncate, "truncate", .path = {1}},
  {SYS_openat, "openat", .path = {2}, .folder = {1}},
  {SYS_mkdirat, "mkdirat", .path = {2}, .folder = {1}},
  {SYS_mknodat, "mknodat", .path = {2}, .folder = {1}},
  {SYS_unlinkat, "unlinkat", .path = {2}, .folder = {1}},
  {SYS_renameat2, "renameat2", .path = {2, 4}, .folder = {1, 3}},
  {SYS_linkat, "linkat", .path = {2, 4}, .folder = {1, 3}},
  {SYS_symlinkat, "symlinkat", .path = {3}, .folder = {2}},
// Older calls, which newer machines do without.
#ifdef SYS_renameat
  {SYS_renameat, "renameat", .path = {2, 4}, .folder = {1, 3}},
#endif
#ifdef SYS_open
  {SYS_open, "open", .path = {1}},
  {SYS_creat, "creat", .path = {1}},
  {SYS_mkdir, "mkdir", .path = {1}},
  {SYS_mknod, "mknod", .path = {1}},
  {SYS_rmdir, "rmdir", .path = {1}},
  {SYS_unlink, "unlink", .path = {1}},
  {SYS_rename, "rename", .path = {1, 2}},
  {SYS_link, "link", .path = {1, 2}},
  {SYS_symlink, "symlink", .path = {2}},
#endif
};
enum { call_count = sizeof calls / sizeof *calls };

// What the tracing process leaves for the test.
struct report {
  struct system_calls_end end;
  char text[PATH_MAX + 32];
};

// A program that is traced. Everything from here on runs after a fork of a process with threads, and calls only what is
// safe there.
struct tracing {
  pid_t program;
  const char *marker;
  bool every_write;
  int moments_left;
  // The open file that the last call of these wrote to, if it was a write.
  int written;
  struct report *report;
};

// MARK: The program's side

// Lets the calls above, of this process and all it becomes, stop for the tracing process; all others cost nothing.
static bool install_filter(void) {
  struct sock_filter code[call_count + 3];
  size_t size = 0;
  code[size++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < call_count; i++) {
    code[size++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, call_count - i, 0);
  }
  code[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog filter = {.len = size, .filter = code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Waits until `gate` is closed at its other end, then becomes the program.
static void become(char *const *command, const char *output, int gate) {
  char nothing;
  while (read(gate, &nothing, 1) < 0 && errno == EINTR) continue;
  int input = open("/dev/null", O_RDONLY), file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (dup2(input, 0) < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0 || !install_filter()) _exit(127);
  close(input);
  close(file);
  execv(command[0], command);
  _exit(127);
}

// MARK: The tracing side

// Copies a string of another process; an unreadable one is empty.
static void copy_string(pid_t thread, uintptr_t address, char *text, size_t size) {
  size_t length = 0;
  while (length < size - 1) {
    // Up to the end of a page: what follows need not be readable.
    size_t part = 4096 - address % 4096;
    if (part > size - 1 - length) part = size - 1 - length;
    struct iovec here = {text + length, part}, there = {(void *)address, part};
    ssize_t copied = process_vm_readv(thread, &here, 1, &there, 1, 0);
    if (copied <= 0) break;
    if (memchr(text + length, 0, copied)) return;
    length += copied;
    address += copied;
  }
  text[length] = 0;
}

static char *append(char *end, const char *limit, const char *text) {
  while (*text && end < limit - 1) *end++ = *text++;
  *end = 0;
  return end;
}

// The path of an open file of another process, or of its current folder for AT_FDCWD.
static void open_path(pid_t thread, int file, char *text, size_t size) {
  char digits[12], link[64], *first = digits + sizeof digits - 1, *end = link;
  const char *limit = link + sizeof link;
  *first = 0;
  for (int rest = thread; rest > 0; rest /= 10) *--first = '0' + rest % 10;
  end = append(append(end, limit, "/proc/"), limit, first);
  if (file == AT_FDCWD) {
    append(end, limit, "/cwd");
  } else {
    first = digits + sizeof digits - 1;
    int rest = file < 0 ? 0 : file;
    do *--first = '0' + rest % 10;
    while (rest /= 10);
    append(append(end, limit, "/fd/"), limit, first);
  }
  ssize_t length = readlink(link, text, size - 1);
  text[length < 0 ? 0 : length] = 0;
}

// Whether a call can change a file whose path holds the marker; if so `path` becomes that path.
static bool changes(const struct tracing *tracing, pid_t thread, const struct call *call, const uint64_t *arguments,
                    char *path, size_t size) {
  if (call->file) {
    open_path(thread, (int)arguments[call->file - 1], path, size);
    return strstr(path, tracing->marker) != NULL;
  }
  uint64_t flags = O_WRONLY;
  if (call->number == SYS_openat) flags = arguments[2];
#ifdef SYS_open
  if (call->number == SYS_open) flags = arguments[1];
#endif
  if ((flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC))) return false;
  for (int i = 0; i < 2 && call->path[i]; i++) {
    copy_string(thread, arguments[call->path[i] - 1], path, size);
    if (strstr(path, tracing->marker)) return true;
    if (path[0] == '/') continue;
    open_path(thread, call->folder[i] ? (int)arguments[call->folder[i] - 1] : AT_FDCWD, path, size);
    if (strstr(path, tracing->marker)) return true;
  }
  return false;
}

static bool is_write(const struct call *call) { return call->number == SYS_write || call->number == SYS_pwrite64; }

#ifdef __x86_64__
static const bool knows_registers = true;

// Lets half of a write take place.
static void write_half(pid_t thread) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) != 0) return;
  registers.rdx /= 2;
  if (ptrace(PTRACE_SETREGS, thread, NULL, &registers) != 0) return;
  int status = 0, signal = 0;
  struct __ptrace_syscall_info info = {.op = PTRACE_SYSCALL_INFO_NONE};
  while (info.op != PTRACE_SYSCALL_INFO_EXIT) {
    if (ptrace(PTRACE_SYSCALL, thread, NULL, signal) != 0) return;
    while (waitpid(thread, &status, __WALL) < 0) {
      if (errno != EINTR) return;
    }
    if (!WIFSTOPPED(status)) return;
    bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
    signal = is_call || status >> 16 ? 0 : WSTOPSIG(status);
    if (is_call) ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
  }
}
#else
static const bool knows_registers = false;
static void write_half(pid_t thread) { (void)thread; }
#endif

// Kills the program if a call that is about to take place is the one.
static void consider(struct tracing *tracing, pid_t thread) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
  if (info.op != PTRACE_SYSCALL_INFO_SECCOMP || tracing->moments_left <= 0) return;
  const struct call *call = calls;
  while (call < calls + call_count && call->number != (long)info.seccomp.nr) call++;
  char path[PATH_MAX];
  if (call == calls + call_count || !changes(tracing, thread, call, info.seccomp.args, path, sizeof path)) return;
  int file = (int)info.seccomp.args[0];
  bool has_half = is_write(call) && info.seccomp.args[2] > 1 && knows_registers;
  bool is_next = has_half && tracing->written == file;
  tracing->written = has_half ? file : -1;
  if (is_next && !tracing->every_write) return;
  bool is_half = false;
  if (!is_next) tracing->moments_left--;
  if (tracing->moments_left > 0 && has_half) {
    is_half = true;
    tracing->moments_left--;
  }
  if (tracing->moments_left > 0) return;
  if (is_half) write_half(thread);
  // A process that is killed before a call does not make it.
  kill(tracing->program, SIGKILL);
  tracing->report->end.was_cut = true;
  char *end = tracing->report->text;
  const char *limit = end + sizeof tracing->report->text;
  end = append(append(end, limit, is_half ? "half of " : ""), limit, call->name);
  append(append(end, limit, " "), limit, path);
}

// Follows the program and whatever it starts until all of it has ended.
static void follow(struct tracing *tracing) {
  for (;;) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return;
    if (WIFSTOPPED(status)) {
      int event = status >> 16;
      if (event == PTRACE_EVENT_SECCOMP) consider(tracing, thread);
      // Only what stands for no event is a signal to the program.
      ptrace(PTRACE_CONT, thread, NULL, event ? 0 : WSTOPSIG(status));
    } else if (thread == tracing->program) {
      tracing->report->end.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
  }
}

// What the tracing process does.
static void run(struct tracing *tracing, char *const *command, const char *output) {
  sigset_t none;
  int gate[2];
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // Files that are open elsewhere in the tests, which may wait until nobody holds them.
  close_range(3, ~0U, 0);
  // The end of a tracing process is that of all it traces.
  alarm(60);
  if (pipe2(gate, O_CLOEXEC) != 0) return;
  tracing->program = fork();
  if (tracing->program == 0) {
    close(gate[1]);
    become(command, output, gate[0]);
  }
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE
                 | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
  if (tracing->program < 0) return;
  if (ptrace(PTRACE_SEIZE, tracing->program, NULL, options) != 0) {
    kill(tracing->program, SIGKILL);
    return;
  }
  close(gate[1]);
  follow(tracing);
}

struct system_calls_end system_calls_cut(char *const *command, const char *output, const char *marker, bool every_write,
                                         int moment, char *text, size_t size) {
  struct system_calls_end end = {.was_cut = false, .code = -1};
  struct report *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED) return end;
  report->end = end;
  struct tracing tracing = {
    .marker = marker, .every_write = every_write, .moments_left = moment, .written = -1, .report = report};
  // A process of its own may wait for any child; in the tests' one that would take those of others away.
  pid_t tracer = fork();
  if (tracer == 0) {
    run(&tracing, command, output);
    _exit(0);
  }
  int status = 0;
  while (tracer > 0 && waitpid(tracer, &status, 0) < 0 && errno == EINTR) continue;
  // One that did not come to its end reports nothing.
  if (tracer > 0 && WIFEXITED(status)) end = report->end;
  if (size > 0) append(text, text + size, report->text);
  munmap(report, sizeof *report);
  return end;
}
