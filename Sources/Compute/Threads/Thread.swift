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

  /// What each thread does before anything else, in this process.
  private static let beginning = Mutex<(@Sendable () -> Void)?>(nil)

  /// Lets each thread that is started from now on do something first: libraries keep settings for each thread.
  public static func beginEach(with body: @escaping @Sendable () -> Void) { beginning.withLock { $0 = body } }

  /// Starts `body` on a thread of its own.
  ///
  /// - Parameter body: What the thread does.
  /// - Throws: `ThreadError` if the system starts no further thread.
  public init(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    let begin = Self.beginning.withLock { $0 }
    let start = Unmanaged.passRetained(
      Start {
        begin?()
        body()
      })
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { raw in
        guard let raw else { return nil }
        Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    self.handle = handle
    guard status == 0 else {
      start.release()
      hasEnded.withLock { $0 = true }
      throw ThreadError(reason: String(cString: strerror(status)))
    }
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
