import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A thread that can be waited for, and is: at the latest when nobody refers to it any more.
///
/// Whoever starts one therefore tells it to end first, through a `Monitor` that both share.
public final class Thread: Sendable {
  private let handle: pthread_t
  private let hasEnded = Mutex(false)

  /// Starts `body` on a thread of its own.
  public init(_ body: @escaping @Sendable () -> Void) {
    let start = Unmanaged.passRetained(Start(body))
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { raw in
        guard let raw else { return nil }
        Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      fatalError(
        "the system starts no further thread: \(String(cString: strerror(status))); raise the limit (ulimit -u)")
    }
    self.handle = handle
  }

  deinit { join() }

  /// Waits until the thread has ended; returns at once if that has been waited for before.
  public func join() {
    if pthread_equal(handle, pthread_self()) != 0 { fatalError("a thread cannot wait for its own end") }
    hasEnded.withLock { hasEnded in
      if !hasEnded { pthread_join(handle, nil) }
      hasEnded = true
    }
  }
}

/// What a new thread is told.
private final class Start: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
