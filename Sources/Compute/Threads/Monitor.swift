#if canImport(Glibc)
  import Glibc
#endif

/// State that threads share, the mutex that guards it, and the condition by which they wait for each other.
///
/// It can be sent to other threads because nothing reaches the state but the closures below, one at a time. They allocate
/// nothing.
public final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A monitor whose state nobody else keeps.
  public init(_ state: sending State) {
    self.state = state
    pthread_mutex_init(mutex, nil)
    // Limits of time are measured on a clock that nobody sets.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` on the state while no other thread does.
  ///
  /// - Parameter body: Must not wait for anything that needs this monitor.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Waits until `condition` holds, then runs `body` on the state before any other thread can change it.
  ///
  /// - Parameters:
  ///   - condition: What to wait for; asked again after each `update` and `notify`.
  ///   - body: Must not wait for anything that needs this monitor.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withLock<Result, Failure: Error>(
    when condition: (borrowing State) -> Bool, _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !condition(state) { pthread_cond_wait(changed, mutex) }
    return try body(&state)
  }

  /// Changes the state, and wakes the threads that wait so that they ask for their conditions again.
  ///
  /// - Parameter body: The change.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func update<Result, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Wakes the threads that wait, after a change by `withLock` that made a condition true.
  public func notify() { pthread_cond_broadcast(changed) }

  /// Waits until `condition` holds, but no longer than `limit`.
  ///
  /// - Parameters:
  ///   - condition: What to wait for; asked again after each `update` and `notify`.
  ///   - limit: The longest time to wait.
  /// - Returns: Whether `condition` held.
  @discardableResult
  public func wait(until condition: (borrowing State) -> Bool, atMost limit: Duration) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let (seconds, attoseconds) = limit.components
    let nanoseconds = end.tv_nsec + Int(attoseconds / 1_000_000_000)
    end.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !condition(state) {
      if pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT { return condition(state) }
    }
    return true
  }
}
