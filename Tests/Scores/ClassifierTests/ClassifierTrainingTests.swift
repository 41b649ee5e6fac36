import BLAS
import Classifier
import DataParallel
import Datasets
import Files
import Foundation
import Tensors
import TestSupport
import Testing
import Threads

/// Small synthetic images of four classes, and others of the same kind that training does not see.
struct SmallImages {
  let all: any ImageDataset
  let training: ImageSelection
  let heldOut: ImageSelection

  init(channels: Int = 3, classes: Int = 4, count: Int = 1000) {
    // A library that splits products by the threads that happen to be free would make equal bits a matter of luck.
    BLASLibrary.useCallingThread()
    all = SyntheticShapes(resolution: 16, channels: channels, classes: classes, count: count)
    training = ImageSelection(all, Array(0..<count * 4 / 5))
    heldOut = ImageSelection(all, Array(count * 4 / 5..<count))
  }

  /// A classifier of these images, trained on this rank alone.
  func classifier(steps: Int, threads: Int = 1, _ report: (ClassifierProgress) -> Void = { _ in }) throws -> Classifier
  {
    try Classifier.train(
      on: training, heldOut: heldOut, recipe: recipe(steps: steps), replicas: .alone(),
      pool: WorkerPool(threads: threads), report: report)
  }

  func recipe(steps: Int) -> ClassifierRecipe {
    ClassifierRecipe(resolution: 16, channels: all.channels, classes: all.classNames.count, steps: steps)
  }
}

@Suite("Classifier's training") struct ClassifierTrainingTests {
  @Test("it learns to tell classes of images that it has not seen", arguments: [1, 3])
  func learns(channels: Int) throws {
    var progress: [ClassifierProgress] = []
    let classifier = try SmallImages(channels: channels).classifier(steps: 120) { progress.append($0) }
    // One in four is what chance would give.
    #expect((classifier.description.accuracy ?? 0) > 0.9)
    #expect(classifier.description.heldOutCount == 200)
    #expect(progress.count == 120 && progress.last?.images == 120 * 128 && progress.last?.of == 120 * 128)
  }

  @Test("the number of threads changes no bit")
  func threads() throws {
    let images = SmallImages()
    let one = try images.classifier(steps: 6)
    for threads in [2, 3, 8, 9] {
      let other = try images.classifier(steps: 6, threads: threads)
      #expect(other.digest == one.digest)
      #expect(other.description == one.description)
    }
    #expect(try images.classifier(steps: 7).digest != one.digest)
    #expect(try SmallImages(count: 995).classifier(steps: 6).digest != one.digest)
  }

  @Test("larger images are learned from as well")
  func largerImages() throws {
    let images = SyntheticShapes(resolution: 64, channels: 3, classes: 3, count: 60)
    let recipe = ClassifierRecipe(resolution: 64, channels: 3, classes: 3, steps: 1)
    let classifier = try Classifier.train(
      on: ImageSelection(images, Array(0..<30)), heldOut: ImageSelection(images, Array(30..<60)), recipe: recipe,
      replicas: .alone(), pool: WorkerPool(threads: 2))
    #expect(classifier.description.heldOutCount == 30)
    let directory = try TemporaryDirectory()
    try classifier.write(directory.path + "/c.safetensors")
    #expect(try Classifier.read(directory.path + "/c.safetensors").digest == classifier.digest)
  }

  @Test("a classifier without held-out images has no accuracy")
  func withoutHeldOut() throws {
    let images = SmallImages()
    let classifier = try Classifier.train(
      on: images.training, recipe: images.recipe(steps: 2), replicas: .alone(), pool: WorkerPool(threads: 1))
    #expect(classifier.description.accuracy == nil)
    #expect(classifier.description.text == "16×16×3, 4 classes, 2 steps of 128 images, no held-out images")
  }

  @Test("images that nothing can be learned from are refused")
  func refusals() throws {
    let pool = WorkerPool(threads: 1)
    func refusal(_ images: ImageSelection, _ heldOut: ImageSelection? = nil, _ recipe: ClassifierRecipe? = nil)
      -> String
    {
      do {
        _ = try Classifier.train(on: images, heldOut: heldOut, recipe: recipe, replicas: .alone(), pool: pool)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    let small = SmallImages()
    #expect(refusal(ImageSelection(SyntheticShapes(resolution: 16, classes: 1, count: 9))).contains("found one class"))
    #expect(refusal(ImageSelection(SyntheticShapes(resolution: 20, classes: 2))).contains("found 20"))
    #expect(refusal(ImageSelection(small.all, [])).contains("found none"))
    #expect(refusal(ImageSelection(small.all, [0, 4, 8])).contains("found 3 of one"))
    let grey = SyntheticShapes(resolution: 16, channels: 1, classes: 4, count: 9)
    #expect(
      refusal(small.training, ImageSelection(grey)).contains("expected images to judge by of 16×16 pixels, 3 channel"))
    #expect(
      refusal(small.training, nil, ClassifierRecipe(resolution: 16, channels: 3, classes: 3)).contains("at most 3"))
  }

  @Test("a classifier refuses images of another form")
  func otherForms() throws {
    let images = SmallImages()
    let classifier = try images.classifier(steps: 1)
    try classifier.check(images.all)
    for (resolution, channels, classes) in [(16, 1, 4), (32, 3, 4), (16, 3, 5)] {
      let other = SyntheticShapes(resolution: resolution, channels: channels, classes: classes, count: 9)
      let error = #expect(throws: ClassifierError.self) { try classifier.check(other) }
      #expect(error?.exitCode == 65 && error?.message.contains("found \(resolution)×\(resolution)") == true)
    }
  }

  @Test("an image that can no longer be read ends training with its sentence")
  func unreadable() throws {
    do {
      _ = try Classifier.train(
        on: ImageSelection(VanishingImages()), replicas: .alone(), pool: WorkerPool(threads: 2))
      Issue.record("training went on")
    } catch let error as DatasetError {
      #expect(error.message == "image 77 is gone")
    }
  }
}

/// Images of two classes, one of which cannot be read.
private struct VanishingImages: ImageDataset {
  let description = "vanishing images"
  let count = 128
  let classNames = ["a", "b"]
  let resolution = 16
  let channels = 1
  let fingerprint = "vanishing"

  func label(_ index: Int) -> Int { index % 2 }

  func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
    if index == 77 { throw DatasetError(.file(.unreadable), "image 77 is gone") }
    pixels.update(repeating: UInt8(index))
  }
}
