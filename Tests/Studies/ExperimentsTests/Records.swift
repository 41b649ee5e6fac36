import Experiments
import Files

/// Records as runs would have left them.
struct Records {
  /// A record with some numbers in it.
  ///
  /// - Parameters:
  ///   - key: The run's key.
  ///   - seed: Its seed.
  ///   - distances: Its Fréchet distances, at steps 10, 20, …
  ///   - host: Where it ran.
  ///   - classes: How many classes there are.
  ///   - secondsOfStep: How long a step took, of 16 real images.
  ///   - warning: What training warned of.
  ///   - closing: Closing scores of the best and of the last checkpoint, as JSON.
  /// - Returns: The file's text.
  static func text(
    key: String, seed: Int = 0, distances: [Double] = [30, 20, 25], host: String = "node", classes: Int = 10,
    secondsOfStep: Double = 0.5, warning: String? = nil,
    closing: (best: String, last: String)? = nil
  ) -> String {
    let evaluations = distances.enumerated().map { index, value in
      let step = 10 * (index + 1)
      return """
        {"step":\(step),"seconds":\(Double(step) * secondsOfStep),"scores":[{"name":"fd_classifier","value":\(value)},\
        {"name":"is_classifier","value":\(100 / value)},{"name":"is_classifier_deviation","value":0.1},\
        {"name":"accuracy","value":0.5}]}
        """
    }
    let steps = 10 * distances.count
    let warnings = warning.map { "{\"step\":10,\"sentence\":\"\($0)\"}" } ?? ""
    let closing = closing.map { best, last in
      "\"closing_best\":{\"step\":20,\"scores\":[\(best)]},\"closing_last\":{\"step\":30,\"scores\":[\(last)]},"
    }
    return """
      {"format":"sagan experiment record 1","key":"\(key)","seed":\(seed),"settings":[{"name":"data","value":"fashion-mnist"}],\
      "arguments":["--preset","sagan32"],"place":{"program":"0.1.0","instruction_set":"x86-64-v3","processor":"A <b>CPU</b>",\
      "hosts":["\(host)"],"ranks":2,"threads":1},"data_fingerprint":"0123","classes":\(classes),"steps":\(steps),\
      "images_per_step":16,"generator_parameters":1000,"discriminator_parameters":2000,"seconds":\(Double(steps) * secondsOfStep),\
      "all_seconds":3600,"evaluations":[\(evaluations.joined(separator: ","))],"protocol_line":[{"name":"samples","value":"2000"}],\
      "best_step":20,\(closing ?? "")"warnings":[\(warnings)],"curves":[{"name":"attention/gamma/generator/block1.attention",\
      "steps":[10,20],"values":[0.01,0.25]}]}
      """
  }

  /// Writes a record as it stands on disk.
  static func write(_ text: String, key: String, seed: Int = 0, below folder: String) throws {
    try Directory.create("\(folder)/records/\(key)-s\(seed)")
    try OutputFile.write(Array(text.utf8), to: "\(folder)/records/\(key)-s\(seed)/record.json", isForced: true)
  }
}
