import Classifier
import Testing

@Suite("Classifier's training images") struct TrainingImagesTests {
  @Test("a shifted image goes on at its border, and a flipped one is mirrored before")
  func changes() {
    let recipe = ClassifierRecipe(resolution: 8, channels: 1, classes: 2)
    var source = (0..<64).map { UInt8($0) }
    func shown(_ change: ImageChange) -> [UInt8] {
      var target = [UInt8](repeating: 255, count: 64)
      source.withUnsafeMutableBufferPointer { source in
        target.withUnsafeMutableBufferPointer { change.apply(source, into: $0, recipe) }
      }
      return target
    }
    #expect(shown(ImageChange(down: 0, right: 0, isFlipped: false)) == source)
    let down = shown(ImageChange(down: 1, right: 0, isFlipped: false))
    #expect(down == Array(source[0..<8]) + Array(source[0..<56]))
    let right = shown(ImageChange(down: 0, right: 2, isFlipped: false))
    #expect(Array(right[0..<8]) == [0, 0, 0, 1, 2, 3, 4, 5])
    #expect(Array(shown(ImageChange(down: 0, right: -1, isFlipped: false))[8..<16]) == [9, 10, 11, 12, 13, 14, 15, 15])
    #expect(Array(shown(ImageChange(down: 0, right: 1, isFlipped: true))[0..<8]) == [7, 7, 6, 5, 4, 3, 2, 1])
  }

  @Test("every channel moves with its pixel")
  func colours() {
    let recipe = ClassifierRecipe(resolution: 8, channels: 3, classes: 2)
    var (source, target) = ((0..<192).map { UInt8($0) }, [UInt8](repeating: 255, count: 192))
    source.withUnsafeMutableBufferPointer { source in
      target.withUnsafeMutableBufferPointer {
        ImageChange(down: 0, right: 0, isFlipped: true).apply(source, into: $0, recipe)
      }
    }
    #expect(Array(target[0..<6]) == [21, 22, 23, 18, 19, 20])
  }

  @Test("all shifts and flips come up, as often as each other, and no flips where they are not wanted")
  func draws() {
    let recipe = ClassifierRecipe(resolution: 32, channels: 1, classes: 2)
    let changes = (0..<9000).map { ImageChange(recipe, sample: $0) }
    var counts: [ImageChange: Int] = [:]
    for change in changes { counts[change, default: 0] += 1 }
    #expect(counts.count == 9 * 2)
    // 500 ± 22 each.
    #expect(counts.values.allSatisfy { (390...610).contains($0) })
    let plain = ClassifierRecipe(resolution: 32, channels: 1, classes: 2, isMirroring: false)
    #expect(!(0..<100).contains { ImageChange(plain, sample: $0).isFlipped })
  }

  @Test("a power of two of the ranks trains")
  func workers() {
    #expect((1...9).map { ClassifierTrainer.workers(of: $0, shards: 8) } == [1, 2, 2, 4, 4, 4, 4, 8, 8])
    #expect(ClassifierTrainer.workers(of: 64, shards: 8) == 8)
  }
}
