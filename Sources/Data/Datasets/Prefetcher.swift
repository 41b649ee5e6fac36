public import Tensors
public import Threads

/// Reads the batches of a run ahead, on a thread of its own, so that decoding never waits on the critical path.
///
/// Two batches' memory is planned here: while the caller works on one, the thread fills the other. Neither `next()` nor
/// the thread allocates. The samples depend on the order's seed, the update and the shards alone, never on how shards
/// are spread.
public final class Prefetcher {
  /// The real images of one discriminator update that the local shards see.
  public struct Batch {
    /// `[n, H, W, C]` in −1…1, one local shard after the other.
    public let images: Tensor<Float>
    /// The classes of the n images.
    public let labels: Labels
    /// Number of the discriminator update.
    public let update: Int
  }

  /// How many batches of images are held.
  public static let slots = 2

  private let state: PrefetcherState
  private var thread: Thread?

  /// Starts reading.
  ///
  /// - Parameters:
  ///   - source: The data set.
  ///   - seed: The seed of the order.
  ///   - batch: Images of one update, over all shards.
  ///   - shards: Into how many shards a batch is cut; divides `batch`.
  ///   - localShards: The shards whose samples are wanted.
  ///   - firstUpdate: The discriminator update to begin with.
  ///   - isMirroring: Whether every other image, by chance, is shown with left and right exchanged.
  ///   - isHeld: Whether nothing is read before the first batch is asked for.
  /// - Throws: `ThreadError` if the system starts no further thread.
  public init(
    source: any ImageDataset, seed: UInt64, batch: Int, shards: Int, localShards: Range<Int>, firstUpdate: Int = 0,
    isMirroring: Bool = false, isHeld: Bool = false
  ) throws(ThreadError) {
    precondition(shards > 0 && batch > 0 && batch % shards == 0, "\(batch) images in \(shards) shards")
    precondition(
      localShards.lowerBound >= 0 && localShards.upperBound <= shards && !localShards.isEmpty,
      "shards \(localShards) of \(shards)")
    precondition(firstUpdate >= 0, "update \(firstUpdate)")
    let size = batch / shards
    state = PrefetcherState(
      source, seed: seed, batch: batch, samples: localShards.lowerBound * size..<localShards.upperBound * size,
      firstUpdate: firstUpdate, mirroring: isMirroring ? Mirroring(seed: seed) : nil, isHeld: isHeld)
    let state = state
    thread = try Thread { state.work() }
  }

  deinit { stop() }

  /// The next update's batch; gives back the memory of the one before, and waits if reading is slower.
  ///
  /// - Returns: The batch.
  /// - Throws: `DatasetError` if its images can no longer be read.
  public func next() throws(DatasetError) -> Batch {
    precondition(thread != nil, "a batch was asked for after stop()")
    return try state.next()
  }

  /// Ends the thread; it finishes the image at hand first.
  public func stop() {
    state.stop()
    thread?.join()
    thread = nil
  }
}

/// What the caller and the thread share.
///
/// It can be sent to the thread because `progress` says whose the memory of each batch is.
private final class PrefetcherState: @unchecked Sendable {
  /// Batches, counted from the first; the slot of a batch is its number modulo 2.
  private struct Progress {
    /// How many the thread has filled.
    var filled = 0
    /// How many the caller has asked for; it has given back all but the last.
    var taken = 0
    var isStopping = false
    /// Why there is no further batch.
    var failure: DatasetError?
  }

  private let source: any ImageDataset
  private let seed: UInt64
  private let batch: Int
  private let samples: Range<Int>
  private let firstUpdate: Int
  private let mirroring: Mirroring?
  private let isHeld: Bool

  private let workspace = Workspace()
  private let images: [Tensor<Float>]
  private let labels: [UnsafeMutableBufferPointer<Int32>]
  private let pixels: UnsafeMutableBufferPointer<UInt8>
  private let progress = Monitor(Progress())

  init(
    _ source: any ImageDataset, seed: UInt64, batch: Int, samples: Range<Int>, firstUpdate: Int, mirroring: Mirroring?,
    isHeld: Bool
  ) {
    self.source = source
    self.seed = seed
    self.batch = batch
    self.samples = samples
    self.firstUpdate = firstUpdate
    self.mirroring = mirroring
    self.isHeld = isHeld
    let workspace = workspace
    let shape = Shape(samples.count, source.resolution, source.resolution, source.channels)
    images = (0..<Prefetcher.slots).map { _ in workspace.tensor(shape) }
    labels = (0..<Prefetcher.slots).map { _ in workspace.buffer(samples.count, of: Int32.self) }
    pixels = workspace.buffer(source.imageSize, of: UInt8.self)
  }

  func stop() { progress.update { $0.isStopping = true } }

  func next() throws(DatasetError) -> Prefetcher.Batch {
    // The batch before this one is free now.
    progress.update { $0.taken += 1 }
    let (number, failure) = progress.withLock(when: { $0.filled >= $0.taken || $0.failure != nil }) {
      ($0.taken - 1, $0.filled >= $0.taken ? nil : $0.failure)
    }
    if let failure { throw failure }
    return Prefetcher.Batch(
      images: images[number & 1], labels: Labels(labels[number & 1]), update: firstUpdate + number)
  }

  /// The thread: fills batch after batch, at most one beyond the one that is in use.
  func work() {
    var order = SampleOrder(seed: seed, count: source.count)
    var number = 0
    while waitForMemory(of: number) {
      for position in 0..<samples.count {
        if progress.withLock({ $0.isStopping }) { return }
        let sample = (firstUpdate + number) * batch + samples.lowerBound + position
        let index = order.index(ofSample: sample)
        do throws(DatasetError) {
          try source.copyPixels(index, into: pixels)
        } catch {
          return progress.update { $0.failure = error }
        }
        if let mirroring, mirroring.shows(sample) { mirroring.mirror(pixels, source.resolution, source.channels) }
        PixelScaling.convert(pixels, into: images[number & 1][rows: position..<position + 1])
        labels[number & 1][position] = Int32(source.label(index))
      }
      number += 1
      progress.update { $0.filled = number }
    }
  }

  /// Waits until nobody uses the memory of a batch any more; false when there is nothing left to do.
  private func waitForMemory(of number: Int) -> Bool {
    // Batch `taken` − 1 is in use, so its slot and that of `number` must differ.
    progress.withLock(when: { $0.isStopping || number <= $0.taken && (!isHeld || $0.taken > 0) }) { !$0.isStopping }
  }
}
