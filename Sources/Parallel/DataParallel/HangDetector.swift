internal import MPI
internal import Threads

/// Watches, on a thread of its own, how long this rank waits for others in one exchange.
///
/// MPI knows no limits of time: a rank that hangs or a link that is cut would let all others wait for ever without a word.
final class HangDetector: Sendable {
  /// After which time there is a warning, if the limit is not shorter.
  private static let patience = Duration.seconds(60)

  /// An exchange that has begun and not ended.
  private struct Wait {
    let channel: ReplicaGroup.Channel
    let step: Int
    var start: ContinuousClock.Instant
    var isReported = false
  }

  /// What the two threads share.
  private struct Watched {
    var wait: Wait?
    var isEnding = false
  }

  private let watched: Monitor<Watched>
  private let thread: Thread

  /// A watch that begins at once and goes on as long as this object lives.
  ///
  /// - Parameters:
  ///   - rank: This rank.
  ///   - limit: After which time the job ends; never if `nil`.
  ///   - warn: Tells people about a long wait.
  ///   - end: Tells people about one that is too long, and ends the process.
  /// - Throws: `ThreadError` if the system starts no further thread.
  init(
    rank: Int, limit: Duration?, warn: @escaping @Sendable (String) -> Void, end: @escaping @Sendable (String) -> Void
  ) throws(ThreadError) {
    // Several ranks may wait for the one that hangs: the first to find out ends the others before they say the same.
    let limit = limit.map { $0 + .milliseconds(250 * min(rank, 20)) }
    let watched = Monitor(Watched())
    self.watched = watched
    thread = try Thread {
      var last = ContinuousClock.now
      while !watched.wait(until: { $0.isEnding }, atMost: .milliseconds(100)) {
        let now = ContinuousClock.now
        // A process that was stopped for a while has not waited all that time.
        if now - last > .seconds(1) { watched.withLock { $0.wait?.start += now - last } }
        last = now
        guard let (wait, passed, isTooLong) = Self.longWait(watched, limit) else { continue }
        let partner = PendingMessages.awaitedRankOfThisMoment.map { "rank \($0)" } ?? "other ranks"
        let place = "\(wait.channel.exchange) of step \(wait.step)"
        let sentence = "rank \(rank) has waited \(passed.components.seconds) s for \(partner) in \(place)"
        if isTooLong { end(sentence) } else { warn(sentence) }
      }
    }
  }

  deinit {
    watched.update { $0.isEnding = true }
    thread.join()
  }

  /// Notes that an exchange begins.
  func enter(_ channel: ReplicaGroup.Channel, step: Int) {
    watched.withLock { $0.wait = Wait(channel: channel, step: step, start: .now) }
  }

  /// Notes that it has ended.
  func leave() { watched.withLock { $0.wait = nil } }

  /// A wait that has to be told: once when it is long, and when it is too long.
  private static func longWait(
    _ watched: Monitor<Watched>, _ limit: Duration?
  ) -> (wait: Wait, passed: Duration, isTooLong: Bool)? {
    watched.withLock { watched in
      guard let current = watched.wait else { return nil }
      let passed = ContinuousClock.now - current.start
      if let limit, passed >= limit { return (current, passed, true) }
      guard !current.isReported, passed >= min(patience, (limit ?? .seconds(1 << 30)) / 2) else { return nil }
      watched.wait?.isReported = true
      return (current, passed, false)
    }
  }
}
