import Files
import TestSupport
import Formats
import Testing

@Suite struct CIFARBatchTests {
  /// Two records: channel c of pixel p of record r is r · 100 + c · 10 + p mod 7.
  static let file: [UInt8] = {
    var file: [UInt8] = []
    for record in 0..<2 {
      file.append(UInt8(record + 8))
      for channel in 0..<3 {
        for pixel in 0..<1024 { file.append(UInt8(record * 100 + channel * 10 + pixel % 7)) }
      }
    }
    return file
  }()

  @Test func putsTheChannelsOfAPixelTogether() throws {
    let batch = try CIFARBatch(Self.file, name: "batch")
    #expect(batch.labels == [8, 9])
    #expect(batch.pixels.count == 2 * 3072)
    for (record, pixel) in [(0, 0), (0, 1023), (1, 0), (1, 500)] {
      let start = record * 3072 + pixel * 3
      let first = UInt8(record * 100 + pixel % 7)
      #expect(Array(batch.pixels[start..<start + 3]) == [first, first + 10, first + 20])
    }
  }

  @Test(arguments: [0, 1, 3072, 3074, 6145]) func refusesPartsOfRecords(count: Int) {
    expectError(.malformed, mentions: ["batch.bin", "3073", "\(count)"]) {
      try CIFARBatch(Array(Self.file.prefix(count)), name: "batch.bin")
    }
  }

  @Test func refusesLabelsThatThereAreNot() {
    var file = Self.file
    file[3073] = 10
    expectError(.malformed, mentions: ["batch.bin", "record 1", "label 10"]) {
      try CIFARBatch(file, name: "batch.bin")
    }
  }
}
