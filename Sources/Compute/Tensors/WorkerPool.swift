private import CClosure
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A fixed set of threads that share out numbered tasks; the calling thread is one of them.
///
/// Which thread takes which task is left to chance, so tasks must write disjoint memory and their number must follow from
/// shapes alone; whoever needs a sum adds the tasks' partial results in task order afterwards. Then the bits do not
/// depend on the number of threads.
public final class WorkerPool: @unchecked Sendable {
  /// Number of threads that work, the caller's included.
  public let threads: Int
  private let state = PoolState()
  private var handles: [pthread_t] = []

  /// Starts `threads` − 1 threads.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool of \(threads) threads")
    self.threads = threads
    for worker in 1..<max(threads, 1) {
      let start = Unmanaged.passRetained(WorkerStart(state: state, worker: worker))
      var handle = pthread_t()
      let status = pthread_create(
        &handle, nil,
        { raw in
          guard let raw else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(raw).takeRetainedValue()
          start.state.work(start.worker)
          return nil
        }, start.toOpaque())
      precondition(status == 0, "cannot start a worker thread: error \(status)")
      handles.append(handle)
    }
  }

  deinit {
    state.stop()
    for handle in handles { pthread_join(handle, nil) }
  }

  /// Runs `body(task, worker)` once for each task in 0 ..< `tasks` and returns when all are done.
  ///
  /// `worker` is in 0 ..< `threads` and names the thread, for scratch memory of its own. Must not be nested.
  public func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    var lent = sagan_closure()
    lend(body, &lent)
    state.run(tasks, helpers: threads - 1, lent)
  }
}

/// Writes down where a closure is, which the caller keeps alive until it returns.
@_silgen_name("sagan_closure_lend")
private func lend(_ body: (Int, Int) -> Void, _ lent: UnsafeMutablePointer<sagan_closure>)

/// What the threads of a pool share; it lives until the last of them has ended.
private final class PoolState: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let next = Atomic<Int>(0)
  private var body = sagan_closure()
  private var tasks = 0
  private var generation = 0
  private var busy = 0
  private var stopping = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_cond_destroy(done)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    done.deallocate()
    mutex.deallocate()
  }

  func stop() {
    pthread_mutex_lock(mutex)
    stopping = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  func run(_ tasks: Int, helpers: Int, _ body: sagan_closure) {
    pthread_mutex_lock(mutex)
    self.body = body
    self.tasks = tasks
    next.store(0, ordering: .relaxed)
    busy = helpers
    generation &+= 1
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    drain(body, tasks, 0)
    pthread_mutex_lock(mutex)
    while busy > 0 { pthread_cond_wait(done, mutex) }
    pthread_mutex_unlock(mutex)
  }

  private func drain(_ body: sagan_closure, _ tasks: Int, _ worker: Int) {
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= tasks { return }
      sagan_closure_call(body, task, worker)
    }
  }

  func work(_ worker: Int) {
    var seen = 0
    pthread_mutex_lock(mutex)
    while true {
      while generation == seen && !stopping { pthread_cond_wait(wake, mutex) }
      if stopping { break }
      seen = generation
      let (body, tasks) = (body, tasks)
      pthread_mutex_unlock(mutex)
      drain(body, tasks, worker)
      pthread_mutex_lock(mutex)
      busy -= 1
      if busy == 0 { pthread_cond_signal(done) }
    }
    pthread_mutex_unlock(mutex)
  }
}

/// What a new thread is told.
private final class WorkerStart {
  let state: PoolState
  let worker: Int

  init(state: PoolState, worker: Int) {
    self.state = state
    self.worker = worker
  }
}
