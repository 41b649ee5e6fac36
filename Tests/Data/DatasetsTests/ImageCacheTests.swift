import Files
import Images
import TestSupport
import Datasets
import Formats
import Foundation
import Glibc
import Synchronization
import Testing

/// The file that decoded images are kept in.
@Suite struct ImageCacheTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder.small() }

  /// Whether images were decoded.
  private func isDecoding(_ notices: [DatasetProgress]) -> Bool {
    notices.contains { if case .decoding = $0 { true } else { false } }
  }

  @Test func imagesAreDecodedOnce() throws {
    let first = try folder.open()
    #expect(first.notices == [.decoding(images: 6, cache: try folder.cachePath())])
    #expect(folder.cached.count == 1)
    let second = try folder.open()
    #expect(second.notices.isEmpty)
    #expect(second.source.fingerprint == first.source.fingerprint)
    #expect(second.source.summary == first.source.summary)
    #expect(second.source.tones == [10, 20, 30, 40, 50, 60])
    // Where the folder is makes no difference.
    try FileManager.default.moveItem(atPath: folder.images, toPath: folder.path + "/other")
    try FileManager.default.createSymbolicLink(atPath: folder.images, withDestinationPath: folder.path + "/other")
    #expect(try folder.open().notices.isEmpty)
  }

  @Test func itTellsWhatIsItsOwnAndRemovesNothingThatIsRead() throws {
    var source: (any ImageDataset)? = try folder.open().source
    let cache = try Folder(folder.cache)
    let digits = String(repeating: "a", count: 32)
    for name in ["\(digits).safetensors", "mine.safetensors", "\(digits).lock", "mine.lock"] {
      let pack = try Data(contentsOf: URL(fileURLWithPath: try folder.cachePath()))
      try (name.hasSuffix("lock") ? Data() : pack).write(to: URL(fileURLWithPath: folder.cache + "/" + name))
    }
    let items = KeptImages.items(in: cache)
    #expect(items.map(\.text).sorted() == ["6 decoded images of 32×32×3", "lock"])
    let pack = try #require(items.first { $0.text != "lock" })
    #expect(try pack.remove(from: cache) == .inUse)
    #expect(source?.tones == [10, 20, 30, 40, 50, 60])
    source = nil
    for item in items { #expect(try item.remove(from: cache) == .removed) }
    #expect(folder.cached == ["\(digits).safetensors", "mine.lock", "mine.safetensors"])
  }

  @Test func itIsASafetensorsFile() throws {
    let source = try folder.open().source
    let file = try SafetensorsFile(path: try folder.cachePath())
    #expect(file.names == ["images", "labels"])
    #expect(try file.int32s("labels", shape: [6]) == [0, 0, 0, 1, 1, 1])
    #expect(try file.bytes("images", shape: [6, 32, 32, 3]) == (0..<6).flatMap { source.pixels($0) })
    #expect(file.metadata["fingerprint"] == source.fingerprint)
    #expect(file.metadata["class_names"] == "[\"a\",\"b\"]")
    #expect(file.metadata["format"] == "sagan image cache 2")
    #expect(try folder.cachePath() == "\(folder.cache)/\(file.metadata["key"] ?? "").safetensors")
  }

  /// The same pixels and labels have the same fingerprint, whatever they were decoded from and with how many threads.
  @Test func theFingerprintIsThatOfTheContent() throws {
    let first = try folder.open(threads: 1).source
    let other = try ImageFolder()
    for index in 0..<6 {
      try other.writeTone(UInt8(10 * index + 10), to: "\(index / 3)/\(index).png", width: 32, height: 32)
    }
    #expect(try other.open(threads: 3).source.fingerprint == first.fingerprint)
    try other.writeTone(11, to: "0/0.png")
    #expect(try other.open().source.fingerprint != first.fingerprint)
  }

  @Test func whateverDecidesTheImagesIsPartOfTheKey() throws {
    _ = try folder.open()
    let requests = [
      ImageSpecification(resolution: 64), ImageSpecification(resolution: 32, channels: 1),
      ImageSpecification(resolution: 32, resize: .bicubic),
      ImageSpecification(resolution: 32, skipsBadImages: true),
    ]
    for (number, request) in requests.enumerated() {
      #expect(isDecoding(try folder.open(request).notices))
      #expect(folder.cached.count == number + 2)
    }
    // More classes change no image.
    #expect(try folder.open(ImageSpecification(resolution: 32, channels: 3, classes: 9)).notices.isEmpty)
    let before = try folder.open().source.fingerprint
    // The same length, another time.
    let path = folder.images + "/a/1.png"
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    let touched = try folder.open()
    #expect(isDecoding(touched.notices) && touched.source.fingerprint == before)
    try FileManager.default.moveItem(atPath: path, toPath: folder.images + "/a/1b.png")
    #expect(isDecoding(try folder.open().notices))
    try FileManager.default.moveItem(atPath: folder.images + "/b", toPath: folder.images + "/c")
    #expect(isDecoding(try folder.open().notices))
  }

  /// What can be wrong with a file of the right name.
  enum Damage: CaseIterable {
    case empty, cut, foreign, header, label, long, otherKey
  }

  @Test(arguments: Damage.allCases) func aDamagedCacheIsSaidAndMadeAnew(damage: Damage) throws {
    let before = try folder.open().source.fingerprint
    let path = try folder.cachePath()
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let whole = bytes
    switch damage {
    case .empty: bytes = []
    case .cut: bytes.removeLast()
    case .foreign: bytes = Array("hello, world, this is no cache".utf8)
    case .header:
      let place = try #require(String(decoding: bytes.prefix(2000), as: UTF8.self).range(of: "\"mean\\"))
      let text = String(decoding: bytes.prefix(2000), as: UTF8.self)
      bytes[text.utf8.distance(from: text.startIndex, to: place.lowerBound) + 1] = UInt8(ascii: "n")
    case .label: bytes[bytes.count - 4] ^= 1
    case .long: bytes.append(0)
    case .otherKey:
      _ = try folder.open(ImageSpecification(resolution: 32, resize: .bicubic))
      let other = try #require(folder.cached.first { !path.hasSuffix($0) })
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.cache + "/" + other)))
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let (source, notices) = try folder.open()
    #expect(notices.count == 2 && notices.first?.isWarning == true && isDecoding(notices), "\(notices)")
    #expect(notices.first?.description.contains(path) == true)
    #expect(source.fingerprint == before && source.tones == [10, 20, 30, 40, 50, 60])
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == whole)
  }

  @Test func whatKilledProcessesLeftIsRemovedAndNothingElse() throws {
    try FileManager.default.createDirectory(atPath: folder.cache, withIntermediateDirectories: true)
    let others = ["0123.host-1.partial", "Cargo.lock", "Cargo.partial", "notes.txt", "thesis.partial"]
    let abandoned = ".sagan-" + String(repeating: "0", count: 32) + ".partial"
    for name in others + [abandoned] { try Data([1]).write(to: URL(fileURLWithPath: folder.cache + "/" + name)) }
    _ = try folder.open()
    #expect(folder.cached.filter { !$0.hasSuffix(".safetensors") } == others)
  }

  /// Processes that start at the same time: one decodes, the others wait for it.
  @Test func imagesAreDecodedByOneAtATime() throws {
    // Enough work that all have begun before one has finished.
    for number in 0..<40 { try folder.writeTone(UInt8(number), to: "a/large\(number).png", width: 700, height: 700) }
    let notices = Mutex<[DatasetProgress]>([])
    let fingerprints = Mutex<Set<String>>([])
    let images = folder.images
    let cache = folder.cache
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      let access = DecodeOptions(cacheFolder: cache, threads: 1) { notice in notices.withLock { $0.append(notice) } }
      let source = try? DataSpecification.folder(directory: images).find(ImageSpecification(resolution: 32)).open(
        access)
      fingerprints.withLock { _ = $0.insert(source?.fingerprint ?? "none") }
    }
    #expect(fingerprints.withLock { $0 } == [try folder.open().source.fingerprint])
    let decoding = notices.withLock { $0.count { if case .decoding = $0 { true } else { false } } }
    #expect(decoding == 1)
    #expect(folder.cached.count == 1)
  }

  @Test func aReservationMakesOthersWait() throws {
    let found = try DataSpecification.folder(directory: folder.images).find(ImageSpecification(resolution: 32))
    let cache = folder.cache
    let access = DecodeOptions(cacheFolder: cache, threads: 1)
    let reservation = try #require(try found.reserve(access))
    let order = Mutex<[String]>([])
    let waiting = Thread {
      found.waitForOthers(DecodeOptions(cacheFolder: cache, threads: 1))
      order.withLock { $0.append("waited") }
    }
    waiting.start()
    Thread.sleep(forTimeInterval: 0.05)
    order.withLock { $0.append("decoded") }
    _ = try found.open(access, reservation)
    while order.withLock({ $0.count }) < 2 { Thread.sleep(forTimeInterval: 0.005) }
    #expect(order.withLock { $0 } == ["decoded", "waited"])
    #expect(try found.reserve(access) == nil)
  }

  @Test func placesThatCannotBeUsed() throws {
    let file = folder.path + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    for place in [file, file + "/cache"] {
      expectDatasetError(.file(.cannotCreate), mentions: [place, "--cache DIR"]) {
        try DataSpecification.folder(directory: folder.images).open(ImageSpecification(resolution: 32), cache: place)
      }
    }
  }
}
