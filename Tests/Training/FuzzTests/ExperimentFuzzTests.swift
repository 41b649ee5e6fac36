import Experiments
import Files
import TestSupport
import Testing

/// Records of experiments, which are kept for good and passed on.
@Suite struct ExperimentFuzzTests {
  private static let state =
    #"{"format":"sagan experiment 1","scale":"quick","data":"fashion-mnist","extractor":"classifier","photograph_extractor":"classifier","changes":[{"name":"width","value":"8"}],"seeds":2}"#

  /// The record of a run with this key.
  private static func record(_ key: String) -> String {
    let scores =
      #"[{"name":"fd_classifier","value":30.5,"error":0.1},{"name":"is_classifier","value":5},{"name":"accuracy","value":0.5}]"#
    let evaluations = [10, 20, 30].map { "{\"step\":\($0),\"seconds\":\($0),\"scores\":\(scores)}" }
    return """
      {"format":"sagan experiment record 1","key":"\(key)","seed":0,"settings":[{"name":"data","value":"fashion-mnist"}],\
      "arguments":["--preset","sagan32"],"place":{"program":"0.1.0","instruction_set":"x86-64-v3","hosts":["node"],"ranks":2,\
      "threads":1},"data_fingerprint":"0123","classes":10,"steps":30,"images_per_step":16,"generator_parameters":1000,\
      "discriminator_parameters":2000,"seconds":30,"all_seconds":40,"evaluations":[\(evaluations.joined(separator: ","))],\
      "protocol_line":[{"name":"samples","value":"2000"}],"best_step":20,"warnings":[{"step":10,"sentence":"it collapses"}],\
      "curves":[{"name":"attention/gamma/generator/block1.attention","steps":[10,20],"values":[0.01,0.25]}]}
      """
  }

  @Test func records() throws {
    let scratch = try TemporaryDirectory()
    try scratch.write("experiment.json", Self.state)
    let catalogue = try #require(try ExperimentState.read(of: scratch.path)).catalogue()
    let key = try RunPlan(catalogue.tables([.table2]), seeds: 1).key(row: 2, table: 0).description
    let folder = "\(scratch.path)/records/\(key)-s0"
    try Directory.create(folder)
    let tally = try Fuzzing.run(
      "records", damaging: [Array(Self.record(key).utf8)], isText: true, name: "record.json", share: 4
    ) { path in
      try scratch.file("records/\(key)-s0/record.json", try InputFile.bytes(of: path))
      // The report names what is damaged, and is made all the same.
      let texts = try ExperimentReport([.table2], of: scratch.path).texts
      #expect(texts.markdown.contains("SAGAN") && texts.page.hasSuffix("</html>\n"))
      _ = try RecordFolder(of: scratch.path).record("\(key)-s0")
    }
    #expect(tally.read > 0)
  }

  @Test func whatRunsHaveInCommon() throws {
    try Fuzzing.run(
      "experiment", damaging: [Array(Self.state.utf8)], isText: true, name: "experiment.json", share: 4
    ) { path in
      let folder = Directory.split(path).folder
      let state = try #require(try ExperimentState.read(of: folder))
      _ = try RunPlan(try state.catalogue().tables(ExperimentName.allCases), seeds: 1)
    }
  }
}
