import Files
import TestSupport
import Formats
import Foundation
import Testing

/// Event files; Tests/tensorboard reads those of a real run with TensorBoard itself.
@Suite struct TensorBoardTests {
  /// Bytes that TensorBoard 2.21 was found to read.
  @Test func goldenBytes() {
    #expect(
      TensorBoardEvent.version(time: 1_700_000_000).record
        == bytes(hexadecimal: "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d"))
    #expect(
      TensorBoardEvent.summary([("loss/g", .scalar(0.5))], step: 1, time: 1).record
        == bytes(
          hexadecimal: "1c00000000000000c8c1951d09000000000000f03f10012a0f0a0d0a066c6f73732f67150000003f658983b4"))
  }

  /// The content of a record, without length and checksums.
  private func content(_ event: TensorBoardEvent) -> [UInt8] { Array(event.record.dropFirst(12).dropLast(4)) }

  @Test func sessionStart() {
    // Step 300 as a whole number of two bytes; status START.
    #expect(
      content(.sessionStart(step: 300, time: 1))
        == bytes(hexadecimal: "09 000000000000f03f 10 ac02 3a 02 08 01"))
  }

  @Test(arguments: [1, 3]) func pictures(channels: Int) {
    let png = [UInt8](0..<60)
    let picture: [UInt8] = [8, 2, 16, 5, 24, UInt8(channels), 34, UInt8(png.count)] + png
    let value: [UInt8] = [10, 1, UInt8(ascii: "s"), 34, UInt8(picture.count)] + picture
    let summary: [UInt8] = [10, UInt8(value.count)] + value
    // The summary is longer than a single byte can tell.
    let expected: [UInt8] =
      bytes(hexadecimal: "09 000000000000f03f 10 09 2a")
      + (summary.count < 128 ? [UInt8(summary.count)] : [UInt8(summary.count & 127 | 128), UInt8(summary.count >> 7)])
      + summary
    #expect(
      content(.summary([("s", .image(png: png, height: 2, width: 5, channels: channels))], step: 9, time: 1))
        == expected)
  }

  @Test func histograms() {
    let histogram = Histogram([1, 2, 2, 3, 5], bins: 4)
    #expect((histogram.minimum, histogram.maximum, histogram.count) == (1, 5, 5))
    #expect((histogram.sum, histogram.sumOfSquares) == (13, 43))
    #expect(histogram.limits == [2, 3, 4, 5])
    // A number on a limit lies in the bin above, the greatest one in the last bin.
    #expect(histogram.counts == [1, 2, 1, 1])
    let equal = Histogram([2.5, 2.5])
    #expect((equal.limits, equal.counts) == ([2.5], [2]))
    let value = content(.summary([("h", .histogram(equal))], step: 1, time: 1)).suffix(67)
    #expect(
      Array(value)
        == bytes(
          hexadecimal: """
            2a 41 09 0000000000000440 11 0000000000000440 19 0000000000000040 21 0000000000001440 29 0000000000002940
            32 08 0000000000000440 3a 08 0000000000000040
            """))
  }

  /// A version, a start, and scalars of some steps.
  private static func file(_ steps: [Int]) -> [[UInt8]] {
    [TensorBoardEvent.version(time: 1).record, TensorBoardEvent.sessionStart(step: 1, time: 1).record]
      + steps.map { TensorBoardEvent.summary([("a", .scalar(Float($0)))], step: $0, time: 1).record }
  }

  private func takeBack(
    _ content: [UInt8], to step: Int
  ) throws -> (outcome: TensorBoardFile.Outcome, content: [UInt8]) {
    let directory = try TemporaryDirectory()
    _ = try directory.file("x", content)
    let outcome = try TensorBoardFile.takeBack("x", in: try Folder(directory.path), to: step)
    return (outcome, try directory.content("x"))
  }

  @Test func aFileTellsWhereItBegins() throws {
    let directory = try TemporaryDirectory()
    let records = [
      TensorBoardEvent.version(time: 1).record, TensorBoardEvent.sessionStart(step: 401, time: 1.5e9).record,
      TensorBoardEvent.summary([("a", .scalar(1))], step: 500, time: 1).record,
    ]
    let path = try directory.file("x", Array(records.joined()))
    let start = try #require(try TensorBoardFile.sessionStart(of: path))
    #expect(start.step == 401 && start.time == 1.5e9)
    // Of another program, cut off, damaged, or empty.
    for content in [records[0] + records[2], records[0] + records[1].dropLast(), records[0] + [0] + records[1], []] {
      #expect(try TensorBoardFile.sessionStart(of: try directory.file("y", content)) == nil)
    }
  }

  @Test(arguments: [(300, 4), (299, 3), (10, 3), (9, 2), (1000, 4), (0, 0)])
  func takingBackRemovesLaterSteps(step: Int, kept: Int) throws {
    let records = Self.file([5, 10, 300])
    let (outcome, content) = try takeBack(Array(records.joined()), to: step)
    #expect(outcome == .ended)
    #expect(content == Array(records[...kept].joined()))
  }

  @Test func aRecordThatWasCutOffIsRemovedWhereverTheCutIs() throws {
    let records = Self.file([5, 10])
    let (whole, last) = (Array(records.joined()), records[3].count)
    let expected = Array(records[..<3].joined())
    for missing in 1...last {
      let (outcome, content) = try takeBack(whole.dropLast(missing), to: 20)
      #expect(outcome == .ended && content == expected, "\(missing) bytes missing")
    }
    // A power cut can leave zeros in place of what was written last.
    for zeros in [last, last - 12, 4] {
      let (outcome, content) = try takeBack(whole.dropLast(zeros) + [UInt8](repeating: 0, count: zeros), to: 20)
      #expect(outcome == .ended && content == expected, "\(zeros) zeros")
    }
  }

  /// One flipped bit, wherever it is, loses nothing.
  @Test func damageIsSaidAndStays() throws {
    let records = Self.file([5, 10, 300])
    let whole = Array(records.joined())
    for offset in 0..<whole.count {
      var damaged = whole
      damaged[offset] ^= 1
      let (outcome, content) = try takeBack(damaged, to: 5)
      #expect(content == damaged)
      if case .damaged(let found) = outcome {
        #expect(found <= offset)
      } else {
        Issue.record("\(outcome) of a bit flipped at \(offset)")
      }
    }
  }

  /// Files of other programs have other second records, or are no event files at all.
  @Test func filesOfOthersStay() throws {
    let version = TensorBoardEvent.version(time: 1).record
    let event = TensorBoardEvent.summary([("fid", .scalar(9))], step: 100, time: 1).record
    for content in [
      version + event, [1, 2, 3], [], Array("notes of mine, of some length".utf8), Array(version.dropLast(5)),
    ] {
      let (outcome, after) = try takeBack(content, to: 5)
      #expect(after == content && (outcome != .ended || content.isEmpty))
    }
    #expect(try takeBack(version, to: 5) == (.ended, version))
  }
}
