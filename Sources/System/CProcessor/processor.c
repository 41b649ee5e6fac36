// Swift code is built for one level of x86-64 and would end with a bare "illegal instruction" on a lesser processor. This
// file is built for the least level and runs before `main`. It ends the program with EX_UNAVAILABLE.

#if defined(__x86_64__) && (defined(SAGAN_ISA_V4) || defined(SAGAN_ISA_V3))

#include <string.h>
#include <unistd.h>

static const char *missing_feature(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2")) return "AVX2";
  if (!__builtin_cpu_supports("fma")) return "FMA";
  if (!__builtin_cpu_supports("bmi2")) return "BMI2";
#if defined(SAGAN_ISA_V4)
  if (!__builtin_cpu_supports("avx512f")) return "AVX-512F";
  if (!__builtin_cpu_supports("avx512bw")) return "AVX-512BW";
  if (!__builtin_cpu_supports("avx512cd")) return "AVX-512CD";
  if (!__builtin_cpu_supports("avx512dq")) return "AVX-512DQ";
  if (!__builtin_cpu_supports("avx512vl")) return "AVX-512VL";
#endif
  return NULL;
}

static void say(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(69);
}

__attribute__((constructor)) static void check_processor(void) {
  const char *missing = missing_feature();
  if (missing == NULL) return;
#if defined(SAGAN_ISA_V4)
  say("sagan: this program was built for x86-64-v4, and the processor lacks ");
  say(missing);
  say("; build it with SAGAN_ISA=x86-64-v3\n");
#else
  say("sagan: this program was built for x86-64-v3, and the processor lacks ");
  say(missing);
  say("; build it with SAGAN_ISA=baseline\n");
#endif
  _exit(69);
}

#endif
