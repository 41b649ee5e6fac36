#if canImport(Glibc)
  import Glibc
#endif

/// Zeros from the system, which backs a page only when it is first written.
///
/// So the networks of a run can be built, and their need of memory told, on a machine that could not run them.
enum LazyMemory {
  /// Bytes of a large page.
  private static let largePage = 2 << 20

  /// Reserves `byteCount` bytes of zeros at the start of a page.
  static func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let start = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start, start != MAP_FAILED else { refuse(byteCount) }
    #if os(Linux)
      // A tile's components lie in as many pages, more than the processor translates at once; large pages are few.
      if byteCount >= largePage { madvise(start, byteCount, MADV_HUGEPAGE) }
    #endif
    return UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  /// Ends the process: without address space nothing can be planned, and no caller could do without it.
  private static func refuse(_ byteCount: Int) -> Never {
    let reason = String(cString: strerror(errno))
    let sentence =
      "sagan: cannot reserve \(byteCount >> 20) MiB of address space: \(reason); raise the limit (ulimit -v)\n"
    _ = sentence.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    // EX_UNAVAILABLE.
    _exit(69)
  }

  /// Gives back what `reserve` returned.
  static func release(_ memory: UnsafeMutableRawBufferPointer) { munmap(memory.baseAddress, memory.count) }
}
