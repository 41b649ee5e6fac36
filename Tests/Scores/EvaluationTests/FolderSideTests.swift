import DataParallel
import Evaluation
import Files
import Foundation
import Images
import TestSupport
import Testing

/// Which files of a folder each program takes, and in which order.
@Suite struct FolderSideTests {
  private let folder: TemporaryDirectory

  /// Pictures of one colour, which tells them apart.
  init() throws {
    folder = try TemporaryDirectory()
    let files = FileManager.default
    for name in ["images/more", "images/.hidden", "elsewhere"] {
      try files.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    for (name, colour) in [
      ("images/b.png", 1), ("images/A.PNG", 2), ("images/more/c.png", 3), ("images/.d.png", 4),
      ("images/.hidden/e.png", 5), ("elsewhere/f.png", 6), ("images/notes.txt", 7),
    ] {
      let pixels = [UInt8](repeating: UInt8(colour), count: 2 * 2 * 3)
      try OutputFile.write(
        try PNG.encode(pixels: pixels, width: 2, height: 2, channels: 3), to: folder.path + "/" + name)
    }
    // Its name comes last and its file first.
    try files.createSymbolicLink(
      atPath: folder.path + "/images/z.png", withDestinationPath: folder.path + "/elsewhere/f.png")
  }

  private static func sentence(_ error: any Error) -> String { (error as? any ReportedError)?.sentence ?? "" }

  /// The colours of a side's images in the order in which the program sees them.
  private func colours(like tool: ScoringTool?) throws -> [UInt8] {
    let side = try FolderSide(folder.path + "/images", like: tool, replicas: .alone())
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: side.count * side.imageSize)
    defer { pixels.deallocate() }
    try side.copyPixels(0..<side.count, into: pixels)
    let order = try #require(side.originalOrder)
    return order.map { pixels[$0 * side.imageSize] }
  }

  @Test(
    arguments: [
      (nil, [2, 1, 3, 6]), (.adm, [2, 1, 3, 6]), (.pytorchFID, [4, 1, 6]), (.torchFidelity, [6, 4, 2, 1]),
      (.cleanFID, [2, 1, 3, 6]), (.stylegan3, [4, 5, 2, 1, 3, 6]),
    ] as [(ScoringTool?, [UInt8])])
  func eachProgramTakesItsOwnFiles(tool: ScoringTool?, expected: [UInt8]) throws {
    #expect(try colours(like: tool) == expected)
  }

  @Test func whatIsPassedOverIsTold() throws {
    let side = try FolderSide(folder.path + "/images", like: .pytorchFID, replicas: .alone())
    #expect(side.warnings.contains { $0.hasPrefix("pytorch-fid passes over") }, "\(side.warnings)")
    #expect {
      try FolderSide(folder.path, like: .torchFidelity, replicas: .alone())
    } throws: {
      Self.sentence($0).contains("passes over")
    }
  }

  /// Programs read these each in their own way.
  @Test func picturesThatProgramsReadDifferentlyAreRefused() throws {
    for (name, bits, type) in [("deep.png", 16, 2), ("clear.png", 8, 6)] as [(String, UInt8, UInt8)] {
      let path = folder.path + "/images/" + name
      // The header alone is looked at before any pixel is.
      var bytes = try PNG.encode(pixels: [UInt8](repeating: 9, count: 12), width: 2, height: 2, channels: 3)
      (bytes[24], bytes[25]) = (bits, type)
      try OutputFile.write(bytes, to: path)
      #expect {
        try colours(like: .cleanFID)
      } throws: {
        Self.sentence($0).contains("without transparency")
      }
      try FileManager.default.removeItem(atPath: path)
    }
    _ = try colours(like: .cleanFID)
    let bitmap = folder.path + "/images/picture.bmp"
    try OutputFile.write([1, 2, 3], to: bitmap)
    #expect {
      try colours(like: .pytorchFID)
    } throws: {
      Self.sentence($0).contains("picture.bmp")
    }
    #expect(try colours(like: .torchFidelity).count == 4)
  }
}
