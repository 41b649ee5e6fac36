internal import Configuration

/// What is due after which step; the last step is followed by all of it.
struct RunSchedule {
  /// The step at which the run ends.
  let last: Int
  private let logEvery: Int
  private let sampleEvery: Int
  private let checkpointEvery: Int
  private let checkEvery: Int

  /// The schedule of a configuration.
  init(_ configuration: TrainingConfiguration) {
    let settings = configuration.settings
    last = settings.steps
    (logEvery, sampleEvery) = (settings.logEvery, settings.sampleEvery)
    (checkpointEvery, checkEvery) = (settings.checkpointEvery, settings.auditEvery)
  }

  /// Whether a step is followed by a line of metrics.
  func isLogDue(after step: Int) -> Bool { isDue(step, every: logEvery) }

  /// Whether a step is followed by a grid of samples.
  func isSampleDue(after step: Int) -> Bool { isDue(step, every: sampleEvery) }

  /// Whether a step is followed by a checkpoint, unless the run is stopped there anyway.
  func isCheckpointDue(after step: Int) -> Bool { isDue(step, every: checkpointEvery) }

  /// Whether replicas are compared after a step, unless a checkpoint is due anyway.
  func isReplicaCheckDue(after step: Int) -> Bool { step.isMultiple(of: checkEvery) }

  /// Whether a resumed run keeps the line of metrics of a step.
  func keepsLog(of step: Int, resumingAfter start: Int) -> Bool { keeps(step, start, every: logEvery) }

  /// Whether a resumed run keeps the grid of samples of a step.
  func keepsSamples(of step: Int, resumingAfter start: Int) -> Bool { keeps(step, start, every: sampleEvery) }

  /// Whether the checkpoint after a step is there only because the run was stopped then.
  func isStopgap(_ step: Int) -> Bool { !step.isMultiple(of: checkpointEvery) }

  private func isDue(_ step: Int, every interval: Int) -> Bool { step == last || step.isMultiple(of: interval) }

  /// What the uninterrupted run would not have written goes: later steps, and the last one where only its being the last was
  /// the reason.
  private func keeps(_ step: Int, _ start: Int, every interval: Int) -> Bool {
    step < start || step == start && step.isMultiple(of: interval)
  }
}
