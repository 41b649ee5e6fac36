import Classifier
import Datasets
import Tensors
import TestSupport
import Testing
import Threads

@Suite("ClassifierExtractor") struct ClassifierExtractorTests {
  /// Features and logits, image by image.
  private func extract(
    _ classifier: Classifier, _ images: Tensor<Float>, batch: Int, threads: Int = 1
  ) -> [[Float]] {
    let extractor = ClassifierExtractor(classifier, batch: batch, pool: WorkerPool(threads: threads))
    return withTensors { source in
      let n = images.shape[0]
      let features: Tensor<Float> = source.poisoned(Shape(n, extractor.featureCount))
      let logits: Tensor<Float> = source.poisoned(Shape(n, extractor.logitCount))
      extractor.extract(images, into: features, logits: logits)
      return (0..<n).map { Array(features[rows: $0..<$0 + 1].elements) + Array(logits[rows: $0..<$0 + 1].elements) }
    }
  }

  @Test("an image has the same bits whatever stands beside it, in any batch and on any number of threads")
  func bits() throws {
    let classifier = try SmallImages().classifier(steps: 3)
    try withTensors { source in
      let n = 37
      let images: Tensor<Float> = source.normal(Shape(n, 16, 16, 3), deviation: 0.5)
      let expected = extract(classifier, images, batch: 64)
      #expect(expected.allSatisfy { $0.allSatisfy(\.isFinite) })
      #expect(Set(expected).count == n)
      for (batch, threads) in [(1, 1), (8, 2), (16, 1), (37, 3)] {
        #expect(extract(classifier, images, batch: batch, threads: threads) == expected)
      }
      let backwards = source.copy(images)
      for i in 0..<n { backwards[rows: i..<i + 1].copy(from: images[rows: n - 1 - i..<n - i]) }
      #expect(extract(classifier, backwards, batch: 16) == expected.reversed())
      let alone = try #require(expected.last)
      #expect(extract(classifier, images[rows: n - 1..<n], batch: 64) == [alone])
    }
  }

  @Test("logits are the linear layer of the features, and the largest one counts")
  func logits() throws {
    let images = SmallImages()
    let classifier = try images.classifier(steps: 4)
    #expect(ClassifierExtractor.name == "classifier")
    withTensors { source in
      let logits: Tensor<Float> = source.tensor(Shape(3, 4), [0, 2, 1, 0, 3, 3, 1, 0, -1, -2, -3, -4])
      let labels = source.buffer(3, of: Int32.self)
      let classes = UnsafeMutableBufferPointer(start: labels, count: 3)
      (classes[0], classes[1], classes[2]) = (1, 1, 0)
      // Of two equal logits the first wins.
      #expect(ClassifierExtractor.correct(logits, Labels(classes)) == 2)
    }
    // The count that training has made of the held-out images, made again by hand.
    let count = images.heldOut.count
    let correct = try withTensors { source in
      let pixels: Tensor<Float> = source.zeros(Shape(count, 16, 16, 3))
      let bytes = UnsafeMutableBufferPointer(start: source.buffer(16 * 16 * 3, of: UInt8.self), count: 16 * 16 * 3)
      for i in 0..<count {
        try images.all.copyPixels(800 + i, into: bytes)
        PixelScaling.convert(bytes, into: pixels[rows: i..<i + 1])
      }
      return zip(0..<count, extract(classifier, pixels, batch: 7)).count { i, numbers in
        let logits = numbers.suffix(4)
        return logits.firstIndex(of: logits.max() ?? 0) == logits.startIndex + images.all.label(800 + i)
      }
    }
    #expect(classifier.description.heldOutCorrect == correct)
    // Else any other images would do.
    #expect(correct < count * 9 / 10)
  }
}
