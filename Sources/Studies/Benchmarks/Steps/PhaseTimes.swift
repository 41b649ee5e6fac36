internal import Trainer

/// Adds up how long each phase of a step takes.
final class PhaseTimes: StepClock {
  /// Seconds of each phase since `start`, in the order of `StepPhase`.
  private(set) var seconds = [Double](repeating: 0, count: StepPhase.allCases.count)

  /// Called when sums over ranks begin, which ends a backward pass.
  var onReduction: (() -> Void)?

  private var phase = StepPhase.other
  private var since = ContinuousClock.now

  /// Begins a step.
  func start() {
    for index in seconds.indices { seconds[index] = 0 }
    phase = .other
    since = .now
  }

  func enter(_ phase: StepPhase) {
    if phase == .reduction { onReduction?() }
    let now = ContinuousClock.now
    seconds[self.phase.rawValue] += (now - since).seconds
    self.phase = phase
    since = now
  }

  /// Ends a step; its phases' seconds add up to it.
  func stop() { enter(.other) }
}

extension Duration {
  /// The whole of it as a number.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// The least seconds that `body` takes: it is called until `budget` seconds have passed, three times at least.
func leastSeconds(budget: Double, _ body: () -> Void) -> Double {
  var (least, total, calls) = (Double.infinity, 0.0, 0)
  while total < budget || calls < 3 {
    let start = ContinuousClock.now
    body()
    let seconds = (ContinuousClock.now - start).seconds
    least = min(least, seconds)
    total += seconds
    calls += 1
  }
  return least
}
