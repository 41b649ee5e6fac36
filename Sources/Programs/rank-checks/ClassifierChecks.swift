import BLAS
import Classifier
import DataParallel
import Datasets
import Files
import Foundation
import Threads

extension Check {
  /// Any number of ranks, with any number of threads each, trains the classifier that one rank trains, and finds the one that root has kept.
  static var classifiers: [Check] {
    [
      Check(name: "a classifier has the same bits as that of one rank") { replicas in
        let expected = try classifier(.alone())
        let found = try classifier(replicas)
        try expect(found.digest == expected.digest, "\(found.digest) instead of \(expected.digest)")
        try expect(
          found.description == expected.description, "\(found.description) instead of \(expected.description)")
      },
      Check(name: "all ranks get the classifier that root has kept") { replicas in
        let folder = NSTemporaryDirectory() + "/rank-checks-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (images, recipe) = (selection(0..<200), recipe)
        func look() throws -> (digest: String, isTrained: Bool) {
          var isTrained = false
          let classifier = try ClassifierCache(folder).classifier(
            for: images, recipe: recipe, replicas: replicas, pool: WorkerPool(threads: 1)
          ) { if case .training = $0 { isTrained = true } }
          return (classifier.digest, isTrained)
        }
        let (first, second) = (try look(), try look())
        try expect(first.isTrained == replicas.isRoot && !second.isTrained, "\(first) and \(second)")
        try expect(second.digest == first.digest, "\(second.digest) instead of \(first.digest)")
        try expect(replicas.mismatch(of: Array(second.digest.utf8)).isEmpty, "ranks have different classifiers")
      },
      Check(name: "an image that one rank cannot read ends a classifier's training on all", leastRanks: 2) { replicas in
        let images = ImageSelection(LostImages(isLost: replicas.rank == 1))
        do {
          _ = try Classifier.train(on: images, recipe: recipe, replicas: replicas, pool: WorkerPool(threads: 1))
        } catch let error as DatasetError {
          return try expect(replicas.rank == 1 && error.message == "lost", "rank \(replicas.rank): \(error)")
        } catch let error as RemoteFailureError {
          return try expect(replicas.rank != 1 && error.rank == 1, "rank \(replicas.rank): \(error)")
        }
        throw CheckFailure(description: "training went on")
      },
    ]
  }

  private static var recipe: ClassifierRecipe {
    ClassifierRecipe(resolution: 16, channels: 3, classes: 4, steps: 3)
  }

  private static func selection(_ range: Range<Int>) -> ImageSelection {
    ImageSelection(SyntheticShapes(resolution: 16, classes: 4, count: 300), Array(range))
  }

  private static func classifier(_ replicas: ReplicaGroup) throws -> Classifier {
    BLASLibrary.useCallingThread()
    return try Classifier.train(
      on: selection(0..<200), heldOut: selection(200..<300), recipe: recipe, replicas: replicas,
      pool: WorkerPool(threads: 1 + replicas.rank % 3))
  }
}

/// Images that cannot be read where they are lost.
private struct LostImages: ImageDataset {
  let isLost: Bool
  let description = "lost images"
  let count = 100
  let classNames = ["a", "b", "c", "d"]
  let resolution = 16
  let channels = 3
  let fingerprint = "lost"

  func label(_ index: Int) -> Int { index % 4 }

  func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError) {
    if isLost { throw DatasetError(.file(.unreadable), "lost") }
    pixels.update(repeating: UInt8(index))
  }
}
