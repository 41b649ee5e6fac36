internal import Configuration

/// What a manifest may say: a checksum tells that it was not changed by accident, and not that a program of ours wrote it.
extension CheckpointManifest {
  /// What is beyond all bounds, as a clause; `nil` where nothing is.
  var fault: String? {
    let updates = 0...Int(UInt32.max)
    if !(0...TrainingSettings.largestStep).contains(step) {
      return "step is \(step), and runs have 0 to \(TrainingSettings.largestStep) steps"
    }
    for (name, number) in [("generator", generatorUpdates), ("discriminator", discriminatorUpdates)]
    where !updates.contains(number) {
      return "updates of the \(name) are \(number), and runs make 0 to \(updates.upperBound)"
    }
    for (name, file) in files.sorted(by: { $0.key < $1.key }) {
      // A name leads to nothing outside the checkpoint's folder.
      guard name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._-]{0,254}/) != nil else {
        return "'\(name.prefix(255))' is no name of a checkpoint's file"
      }
      guard file.bytes >= 0 else { return "'\(name)' has \(file.bytes) bytes" }
    }
    if let classNames, let classes = settings["classes"].flatMap({ Int($0) }), classNames.count != classes {
      return "it names \(classNames.count) classes, and \(classes) are trained"
    }
    return nil
  }
}
