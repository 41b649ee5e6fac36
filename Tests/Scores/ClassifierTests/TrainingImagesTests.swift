import Classifier
import Datasets
import Testing

@Suite("Classifier's training images") struct TrainingImagesTests {
  @Test("a shifted image goes on at its border")
  func changes() {
    let recipe = ClassifierRecipe(resolution: 8, channels: 1, classes: 2)
    var source = (0..<64).map { UInt8($0) }
    func shown(_ change: ImageShift) -> [UInt8] {
      var target = [UInt8](repeating: 255, count: 64)
      source.withUnsafeMutableBufferPointer { source in
        target.withUnsafeMutableBufferPointer { change.apply(source, into: $0, recipe) }
      }
      return target
    }
    #expect(shown(ImageShift(down: 0, right: 0)) == source)
    let down = shown(ImageShift(down: 1, right: 0))
    #expect(down == Array(source[0..<8]) + Array(source[0..<56]))
    let right = shown(ImageShift(down: 0, right: 2))
    #expect(Array(right[0..<8]) == [0, 0, 0, 1, 2, 3, 4, 5])
    #expect(Array(shown(ImageShift(down: 0, right: -1))[8..<16]) == [9, 10, 11, 12, 13, 14, 15, 15])
  }

  @Test("every channel moves with its pixel")
  func colours() {
    let recipe = ClassifierRecipe(resolution: 8, channels: 3, classes: 2)
    var (source, target) = ((0..<192).map { UInt8($0) }, [UInt8](repeating: 255, count: 192))
    source.withUnsafeMutableBufferPointer { source in
      target.withUnsafeMutableBufferPointer {
        ImageShift(down: 0, right: -2).apply(source, into: $0, recipe)
      }
    }
    #expect(Array(target[0..<6]) == [6, 7, 8, 9, 10, 11])
  }

  @Test("all shifts come up, as often as each other")
  func draws() {
    let recipe = ClassifierRecipe(resolution: 32, channels: 1, classes: 2)
    let changes = (0..<9000).map { ImageShift(recipe, sample: $0) }
    var counts: [ImageShift: Int] = [:]
    for change in changes { counts[change, default: 0] += 1 }
    #expect(counts.count == 9)
    // 1000 ± 30 each.
    #expect(counts.values.allSatisfy { (850...1150).contains($0) })
  }

  @Test("images that are seen often are shifted, and those of a large data set are not", arguments: [900, 60_000])
  func shifts(count: Int) throws {
    let images = ImageSelection(SyntheticShapes(resolution: 32, classes: 4, count: count))
    let recipe = try ClassifierRecipe(for: images)
    let passes = recipe.steps * recipe.batch / count
    #expect((passes, recipe.largestShift) == (count == 900 ? (19, 1) : (5, 0)))
  }

  @Test("a power of two of the ranks trains")
  func workers() {
    #expect((1...9).map { ClassifierTrainer.workers(of: $0, shards: 8) } == [1, 2, 2, 4, 4, 4, 4, 8, 8])
    #expect(ClassifierTrainer.workers(of: 64, shards: 8) == 8)
  }
}
