import Classifier
import DataParallel
import Datasets
import Files
import Foundation
import Formats
import TestSupport
import Testing
import Threads

@Suite("Classifier's file and cache") struct ClassifierCacheTests {
  private let images = SmallImages()

  /// The classifier from a cache, and what the cache told on the way, progress left out.
  private func look(_ folder: String, steps: Int = 2) throws -> (Classifier, [ClassifierCache.Event]) {
    var events: [ClassifierCache.Event] = []
    let classifier = try ClassifierCache(folder).classifier(
      for: images.training, heldOut: images.heldOut, recipe: images.recipe(steps: steps), replicas: .alone(),
      pool: WorkerPool(threads: 1)
    ) { event in
      if case .progress = event { return }
      events.append(event)
    }
    return (classifier, events)
  }

  @Test("a file gives the same classifier back, and equal ones have equal files")
  func roundTrip() throws {
    let directory = try TemporaryDirectory()
    let classifier = try images.classifier(steps: 2)
    try classifier.write(directory.path + "/below/a.safetensors")
    try images.classifier(steps: 2).write(directory.path + "/b.safetensors")
    #expect(try directory.content("below/a.safetensors") == directory.content("b.safetensors"))
    let read = try Classifier.read(directory.path + "/b.safetensors")
    #expect(read.digest == classifier.digest)
    #expect(read.description == classifier.description)
  }

  @Test("a classifier is trained once for each content, form and recipe")
  func trainsOnce() throws {
    let directory = try TemporaryDirectory()
    let (first, events) = try look(directory.path + "/cache")
    #expect(events.count == 1)
    guard case .training(let file) = events.first else { return #expect(Bool(false), "\(events)") }
    let (second, silence) = try look(directory.path + "/cache")
    #expect(silence.isEmpty && second.digest == first.digest)
    #expect(directory.names == ["cache"])
    #expect(try look(directory.path + "/cache", steps: 3).1.count == 1)
    let cache = ClassifierCache("c")
    let recipe = images.recipe(steps: 2)
    #expect("c/" + (file.split(separator: "/").last ?? "") == cache.path(images.training, images.heldOut, recipe))
    #expect(
      Set([
        cache.path(images.training, images.heldOut, recipe), cache.path(images.heldOut, images.training, recipe),
        cache.path(images.training, nil, recipe), cache.path(images.training, images.heldOut, images.recipe(steps: 3)),
        cache.path(ImageSelection(images.all), images.heldOut, recipe),
      ]).count == 5)
  }

  @Test("a damaged file is said, and the classifier is trained again to the same bytes")
  func damage() throws {
    let directory = try TemporaryDirectory()
    let (classifier, _) = try look(directory.path)
    let name = try #require(directory.names.first)
    let bytes = try directory.content(name)
    for change in 0..<24 {
      var damaged = bytes
      // Places all over the file, header included, and cuts.
      let place = change < 12 ? change * 97 : (change - 11) * bytes.count / 14
      if change % 3 == 2 { damaged.removeSubrange(place...) } else { damaged[place] ^= 1 << UInt8(change % 8) }
      let path = try directory.file(name, damaged)
      do {
        let read = try Classifier.read(path)
        // A changed text that nothing depends on, if any.
        #expect(read.digest == classifier.digest, "byte \(place)")
      } catch {
        #expect(error.kind == .file(.malformed) && error.exitCode == 65, "byte \(place): \(error)")
      }
    }
    try directory.file(name, Array(bytes.dropLast(100)))
    let (again, events) = try look(directory.path)
    #expect(again.digest == classifier.digest)
    #expect(events.count == 2)
    guard case .unusable(let reason) = events.first else { return #expect(Bool(false), "\(events)") }
    #expect(reason.contains("truncated"))
    #expect(try directory.content(name) == bytes)
  }

  @Test("a changed text is damage, too")
  func changedText() throws {
    let directory = try TemporaryDirectory()
    let classifier = try images.classifier(steps: 2)
    let path = directory.path + "/a.safetensors"
    try classifier.write(path)
    let number = Array("held_out_count\\\":200".utf8)
    var bytes = try directory.content("a.safetensors")
    let place = try #require((0..<2000).first { Array(bytes[$0..<$0 + number.count]) == number })
    bytes[place + number.count - 1] = UInt8(ascii: "1")
    try directory.file("a.safetensors", bytes)
    do throws(ClassifierError) {
      _ = try Classifier.read(path)
      Issue.record("it was read")
    } catch {
      #expect(error.message.contains("is damaged"))
    }
  }

  @Test("a classifier of other images is not taken, whatever its name")
  func otherImages() throws {
    let directory = try TemporaryDirectory()
    let cache = ClassifierCache(directory.path)
    let (wanted, recipe) = (
      cache.path(images.training, images.heldOut, images.recipe(steps: 2)), images.recipe(steps: 2)
    )
    let other = try Classifier.train(
      on: images.heldOut, heldOut: images.heldOut, recipe: recipe, replicas: .alone(), pool: WorkerPool(threads: 1))
    try other.write(wanted)
    let (classifier, events) = try look(directory.path)
    #expect(classifier.digest != other.digest)
    guard case .unusable(let reason) = events.first else { return #expect(Bool(false), "\(events)") }
    #expect(reason.contains("was trained on other images"))
  }

  @Test("files of other kinds are refused with a sentence")
  func otherFiles() throws {
    let directory = try TemporaryDirectory()
    func message(_ path: String) -> String {
      do throws(ClassifierError) {
        _ = try Classifier.read(path)
        return "none"
      } catch {
        return error.message
      }
    }
    #expect(message(directory.path + "/none").contains("found none"))
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    writer.add("x", shape: [2]) { [Float](repeating: 0, count: 2) }
    _ = try writer.write(to: OutputFile(path: directory.path + "/x.safetensors"))
    #expect(message(directory.path + "/x.safetensors").contains("expected a classifier"))
  }

  @Test("a cache that cannot be written to costs the file alone")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    try directory.write("file", "")
    let (classifier, events) = try look(directory.path + "/file")
    #expect(classifier.description.heldOutCount == 200)
    guard case .unwritable = events.last else { return #expect(Bool(false), "\(events)") }
  }
}
