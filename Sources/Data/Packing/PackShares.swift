internal import Datasets

/// The images that each rank prepares next: ranges that follow each other, of equal length but for the last ones.
struct PackShares {
  private let ranges: [Range<Int>]

  /// Cuts what follows an image.
  ///
  /// - Parameters:
  ///   - first: The next image.
  ///   - images: The data set.
  ///   - ranks: How many ranks there are; of images that can only be read in their order, the first prepares all.
  ///   - threads: Threads of each.
  ///   - imagesOfThread: Images that each of these prepares.
  init(from first: Int, of images: ImagePreparation, ranks: Int, threads: Int, imagesOfThread: Int) {
    let workers = images.isSequential ? 1 : ranks
    let left = images.count - first
    // At the end all ranks have something to do.
    let fair = (left + workers * images.together - 1) / (workers * images.together) * images.together
    let length = min(images.shareCount(threads: threads, imagesOfThread: imagesOfThread), fair)
    ranges = (0..<ranks).map { rank in
      let start =
        rank < workers ? min(first + rank * length, images.count) : min(first + workers * length, images.count)
      return start..<(rank < workers ? min(start + length, images.count) : start)
    }
  }

  /// The images of a rank.
  subscript(rank: Int) -> Range<Int> { ranges[rank] }

  /// How many images all ranks together prepare.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }
}
