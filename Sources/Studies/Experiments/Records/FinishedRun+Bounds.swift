/// What a record may hold, so that whatever is reckoned from it has a result.
extension FinishedRun {
  /// What is wrong with a record that was read, in a few words; `nil` where nothing is.
  var fault: String? {
    func isText(_ text: String) -> Bool { text.utf8.count <= 10_000 }
    func isNumber(_ value: Double) -> Bool { abs(value) <= 1e15 }
    let counts = [seed, steps, imagesPerStep, generatorParameters, discriminatorParameters, place.ranks, place.threads]
    guard format == Self.format else { return "the format is '\(format)'" }
    guard RunKey.isPlain(key) else { return "the key is '\(key)'" }
    guard counts.allSatisfy({ (0...1_000_000_000_000).contains($0) }),
      steps <= 1_000_000_000, imagesPerStep <= 1_000_000_000, (1...1_000_000).contains(classes), steps > 0
    else {
      return "a count is out of range"
    }
    guard isNumber(seconds), isNumber(allSeconds), seconds >= 0, allSeconds >= 0 else {
      return "seconds are out of range"
    }
    let all = evaluations + [closingBest, closingLast].compactMap(\.self)
    guard all.count <= 100_000, zip(evaluations, evaluations.dropFirst()).allSatisfy({ $0.step < $1.step }) else {
      return "evaluations are out of order"
    }
    for one in all {
      guard (0...1_000_000_000).contains(one.step), one.seconds.map({ isNumber($0) && $0 >= 0 }) ?? true,
        one.scores.count <= 100,
        one.scores.allSatisfy({ isNumber($0.value) && isText($0.name) && $0.error.map(isNumber) ?? true })
      else { return "an evaluation is out of range" }
    }
    guard curves.count <= 1000,
      curves.allSatisfy({
        $0.steps.count == $0.values.count && $0.steps.count <= 10_000 && $0.values.allSatisfy(isNumber)
          && isText($0.name) && $0.steps.allSatisfy { (0...1_000_000_000).contains($0) }
      })
    else { return "a curve is out of range" }
    let texts =
      settings.flatMap { [$0.name, $0.value] } + protocolLine.flatMap { [$0.name, $0.value] } + arguments + place.hosts
      + warnings.map(\.sentence) + [place.program, place.instructionSet, dataFingerprint]
      + [place.processor, place.sourceCommit].compactMap(\.self)
    guard texts.count <= 10_000, texts.allSatisfy(isText) else { return "a text is too long" }
    return nil
  }
}
