internal import Foundation
internal import MPI
internal import Synchronization

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

  private let rank: Int
  private let limit: Duration?
  private let warn: @Sendable (String) -> Void
  private let end: @Sendable (String) -> Void
  private let wait = Mutex<Wait?>(nil)

  /// A watch that begins at once and goes on as long as this object lives.
  ///
  /// - Parameters:
  ///   - rank: This rank.
  ///   - limit: After which time the job ends; never if `nil`.
  ///   - warn: Tells people about a long wait.
  ///   - end: Tells people about one that is too long, and ends the process.
  init(
    rank: Int, limit: Duration?, warn: @escaping @Sendable (String) -> Void, end: @escaping @Sendable (String) -> Void
  ) {
    // Several ranks may wait for the one that hangs: the first to find out ends the others before they say the same.
    self.limit = limit.map { $0 + .milliseconds(250 * min(rank, 20)) }
    (self.rank, self.warn, self.end) = (rank, warn, end)
    Thread.detachNewThread { [weak self] in
      var last = ContinuousClock.now
      while let self {
        let now = ContinuousClock.now
        // A process that was stopped for a while has not waited all that time.
        if now - last > .seconds(1) { self.forget(now - last) }
        last = now
        self.look()
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  /// Notes that an exchange begins.
  func enter(_ channel: ReplicaGroup.Channel, step: Int) {
    wait.withLock { $0 = Wait(channel: channel, step: step, start: .now) }
  }

  /// Notes that it has ended.
  func leave() { wait.withLock { $0 = nil } }

  private func forget(_ time: Duration) { wait.withLock { $0?.start += time } }

  private func look() {
    let found: (wait: Wait, passed: Duration, isTooLong: Bool)? = wait.withLock { wait in
      guard let current = wait else { return nil }
      let passed = ContinuousClock.now - current.start
      if let limit, passed >= limit { return (current, passed, true) }
      guard !current.isReported, passed >= min(Self.patience, (limit ?? .seconds(1 << 30)) / 2) else { return nil }
      wait?.isReported = true
      return (current, passed, false)
    }
    guard let (wait, passed, isTooLong) = found else { return }
    let partner = PendingMessages.awaitedRankOfThisMoment.map { "rank \($0)" } ?? "other ranks"
    let place = "\(wait.channel.exchange) of step \(wait.step)"
    let sentence = "rank \(rank) has waited \(passed.components.seconds) s for \(partner) in \(place)"
    if isTooLong { end(sentence) } else { warn(sentence) }
  }
}

extension ReplicaGroup.Channel {
  /// What is exchanged on the channel.
  fileprivate var exchange: String {
    switch self {
    case .generator: "the sum of the generator's gradients"
    case .discriminator: "the sum of the discriminator's gradients"
    case .moments: "the sum of moments for batch norm"
    case .control: "an agreement or the sum of losses"
    }
  }
}
