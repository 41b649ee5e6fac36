package import Configuration

/// Things that a run writes after some of its steps.
package struct DueWork: OptionSet, Sendable {
  package let rawValue: Int

  /// Work of these kinds.
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// A line of metrics.
  package static let log = DueWork(rawValue: 1)
  /// A grid of samples.
  package static let samples = DueWork(rawValue: 2)
  /// A checkpoint.
  package static let checkpoint = DueWork(rawValue: 4)
  /// Scores of samples, with a line of metrics to hold them.
  package static let scores = DueWork(rawValue: 8)
  /// What a line of metrics needs is to be measured in the next step, as one may be due by time after it.
  package static let measurement = DueWork(rawValue: 16)
}

/// What is due after which step; the last step is followed by all of it.
///
/// The steps that time makes due are found by `RunClock` on rank 0 and agreed upon; they come in as `timed`.
package struct RunSchedule {
  /// The step at which the run ends.
  package let last: Int
  private let logEvery: Interval
  private let sampleEvery: Interval
  private let checkpointEvery: Interval
  private let keepEvery: Int?
  private let checkEvery: Int
  private let evaluateEvery: Int?
  private let takesScores: Bool

  /// The schedule of a configuration.
  package init(_ configuration: TrainingConfiguration) { self.init(configuration.settings) }

  /// The schedule of settings.
  package init(_ settings: TrainingSettings) {
    last = settings.steps
    (logEvery, sampleEvery) = (settings.logEvery, settings.sampleEvery)
    (checkpointEvery, checkEvery) = (settings.checkpointEvery, settings.auditEvery)
    (keepEvery, evaluateEvery) = (settings.keepEvery, settings.evaluateEvery)
    takesScores = settings.takesScores
  }

  /// The times between two pieces of work of a kind, for the kinds that have one.
  package var times: [(kind: DueWork, limit: Duration)] {
    [(DueWork.log, logEvery), (.samples, sampleEvery), (.checkpoint, checkpointEvery)].compactMap { kind, interval in
      interval.time.map { (kind, $0.duration) }
    }
  }

  /// Whether a step measures what a line of metrics needs; the same on all ranks.
  ///
  /// - Parameters:
  ///   - step: The step that begins, counted from 1.
  ///   - isFirst: Whether it is the first of this process: nothing is known of its length.
  ///   - timed: What time had made due after the step before.
  /// - Returns: Whether a line may be due after it.
  package func measures(_ step: Int, isFirst: Bool, _ timed: DueWork) -> Bool {
    due(after: step).contains(.log) || timed.contains(.measurement) || isFirst && logEvery.time != nil
  }

  /// What follows a step.
  ///
  /// - Parameters:
  ///   - step: The step, counted from 1.
  ///   - timed: What time has made due, the same on all ranks.
  /// - Returns: The work; a run that is stopped writes a checkpoint in any case.
  package func due(after step: Int, _ timed: DueWork = []) -> DueWork {
    if step == last {
      let always: DueWork = [.log, .samples, .checkpoint]
      return takesScores ? always.union(.scores) : always
    }
    var work = timed.subtracting(.measurement)
    if areScoresDue(after: step) { work.formUnion([.scores, .log]) }
    if logEvery.isDue(after: step) { work.insert(.log) }
    if sampleEvery.isDue(after: step) { work.insert(.samples) }
    if checkpointEvery.isDue(after: step) || isLasting(step) { work.insert(.checkpoint) }
    return work
  }

  /// Steps until the next line of metrics that is due by its number; nil where none is before the last step.
  package func stepsToLog(after step: Int) -> Int? { logEvery.steps.map { $0 - step % $0 } }

  /// Whether replicas are compared after a step, unless a checkpoint is due anyway.
  package func isReplicaCheckDue(after step: Int) -> Bool { step.isMultiple(of: checkEvery) }

  /// Whether a resumed run keeps the line of metrics of a step.
  package func keepsLog(of step: Int, resumingAfter start: Int) -> Bool {
    keeps(step, start, logEvery) || step == start && areScoresDue(after: step)
  }

  /// Whether the checkpoint of a step stays the best of a resumed run: not where only the run's end made it be scored.
  package func keepsBest(_ step: Int, resumingAfter start: Int) -> Bool {
    step != start || evaluateEvery == nil || areScoresDue(after: step)
  }

  /// Whether a resumed run keeps the grid of samples of a step.
  package func keepsSamples(of step: Int, resumingAfter start: Int) -> Bool { keeps(step, start, sampleEvery) }

  /// Whether the checkpoint after a step is there only because the run was stopped then, or because of the time.
  package func isStopgap(_ step: Int) -> Bool { checkpointEvery.steps != nil && !checkpointEvery.isDue(after: step) }

  /// Whether the number of a step makes scores due; those after the last step are due in any case.
  package func areScoresDue(after step: Int) -> Bool { evaluateEvery.map { step.isMultiple(of: $0) } ?? false }

  /// Where checkpoints come by time alone, those that are to stay come by their number.
  private func isLasting(_ step: Int) -> Bool {
    checkpointEvery.steps == nil && keepEvery.map { step.isMultiple(of: $0) } ?? false
  }

  /// Whether something that was written after a step stays.
  ///
  /// What the uninterrupted run would not have written goes: later steps, and the last one where only its being the last was
  /// the reason. Where steps decide nothing, that cannot be told, and it stays.
  private func keeps(_ step: Int, _ start: Int, _ interval: Interval) -> Bool {
    step < start || step == start && (interval.steps == nil || interval.isDue(after: step))
  }
}
