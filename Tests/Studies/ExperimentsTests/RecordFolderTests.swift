import Experiments
import Files
import TestSupport
import Testing

/// Records on disk: whole or not there, and told where they are damaged.
@Suite struct RecordFolderTests {
  @Test func aRecordThatIsWrittenReadsBack() throws {
    let scratch = try TemporaryDirectory()
    let records = RecordFolder(of: scratch.path)
    #expect(try records.record("sagan32-abc-s3") == nil && !records.holds("sagan32-abc-s3"))
    let record = try JSONText.decode(
      FinishedRun.self, from: Array(Records.text(key: "sagan32-abc", seed: 3).utf8))
    try records.write(record, pictures: [("samples.png", [1, 2, 3])])
    let read = try #require(try records.record("sagan32-abc-s3"))
    #expect(JSONText.encode(read) == JSONText.encode(record))
    #expect(read.evaluations[1][.frechet] == 20 && read.evaluations[1][.inceptionScore] == 5)
    #expect(read.evaluations[1][.accuracy] == 0.5 && read.last("attention/gamma/generator/block1.attention") == 0.25)
    #expect(records.picture("samples.png", of: "sagan32-abc-s3") == [1, 2, 3])
    #expect(records.picture("attention.png", of: "sagan32-abc-s3") == nil)
    // Nothing else lies there: what is not whole has other names.
    #expect(try Directory.names(in: scratch.path + "/records") == ["sagan32-abc-s3"])
  }

  @Test func whatAKillLeavesIsNoRecord() throws {
    let scratch = try TemporaryDirectory()
    // A folder without its numbers, as if made by hand.
    try Directory.create(scratch.path + "/records/sagan32-abc-s0")
    let records = RecordFolder(of: scratch.path)
    #expect(!records.holds("sagan32-abc-s0"))
  }

  @Test(arguments: [
    ("it is no record", "{\"format\""), ("it is no record", "[]"),
    ("the format is", Records.text(key: "sagan32-abc").replacing("record 1", with: "record 2")),
    ("it is that of sagan32-xyz-s0", Records.text(key: "sagan32-xyz")),
    ("the key is", Records.text(key: "../../etc")),
    ("a count is out of range", Records.text(key: "sagan32-abc", classes: 0)),
    ("a count is out of range", Records.text(key: "sagan32-abc", distances: [])),
    ("an evaluation is out of range", Records.text(key: "sagan32-abc", distances: [1e30])),
    ("evaluations are out of order", Records.text(key: "sagan32-abc").replacing("\"step\":20", with: "\"step\":10")),
    ("a curve is out of range", Records.text(key: "sagan32-abc").replacing("[10,20]", with: "[10]")),
    ("seconds are out of range", Records.text(key: "sagan32-abc").replacing(":3600", with: ":-1")),
  ]) func damageIsNamed(words: String, text: String) throws {
    let scratch = try TemporaryDirectory()
    try Records.write(text, key: "sagan32-abc", below: scratch.path)
    let error = #expect(throws: FileError.self) {
      _ = try RecordFolder(of: scratch.path).record("sagan32-abc-s0")
    }
    let sentence = try #require(error).sentence
    #expect(error?.kind == .malformed && sentence.contains("records/sagan32-abc-s0/record.json"), "\(sentence)")
    #expect(sentence.contains(words) && sentence.contains("remove its folder"), "\(sentence)")
  }
}
