/// Notes when parts of the gradients are final, for models of sums that begin before a backward pass ends.
final class GradientTimes {
  /// The parts of each network's last backward pass, generator first; seconds count back from its end.
  private(set) var parts: [[StepRecord.Gradients.Part]] = [[], []]

  private var pending: [[(bytes: Int, time: ContinuousClock.Instant)]] = [[], []]

  /// Notes that a part is final.
  func note(_ bytes: Int, ofDiscriminator isDiscriminator: Bool) {
    pending[isDiscriminator ? 1 : 0].append((bytes, .now))
  }

  /// Ends the backward pass that is under way, if any.
  func endPass() {
    let now = ContinuousClock.now
    for network in pending.indices where !pending[network].isEmpty {
      parts[network] = pending[network].map { .init(bytes: $0.bytes, secondsLeft: (now - $0.time).seconds) }
      pending[network].removeAll(keepingCapacity: true)
    }
  }
}
