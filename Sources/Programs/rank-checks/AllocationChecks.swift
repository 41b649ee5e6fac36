import Configuration
import Files
import Images
import Trainer
import BLAS
import CMallocCounter
import DataParallel
import Datasets
import Foundation
import MPI
import Networks
import Tensors
import Threads

extension Check {
  /// A step, from a prefetched batch to updated weights, asks the C allocator for nothing.
  static var allocations: [Check] {
    [DiscriminatorArchitecture.Head.projection, .classifier].flatMap { head in
      [1, 2].map { threads in
        Check(name: "a step with a \(head) head on \(threads) threads allocates nothing") { replicas in
          try expectNoAllocations(head, threads: threads, replicas)
        }
      } + [
        Check(name: "a step with a \(head) head, shard by shard, allocates nothing") { replicas in
          try expectNoAllocations(head, threads: 1, shardsAtOnce: 1, replicas)
        },
        Check(name: "a step with a \(head) head and global batch norm allocates nothing") { replicas in
          try expectNoAllocations(head, threads: 1, batchNorm: .global, replicas)
        },
        Check(name: "a step with a \(head) head and augmented images, shard by shard, allocates nothing") { replicas in
          try expectNoAllocations(head, threads: 1, shardsAtOnce: 1, augmentation: .differentiable, replicas)
        },
      ]
    }
  }

  private static func expectNoAllocations(
    _ head: DiscriminatorArchitecture.Head, threads: Int, shardsAtOnce: Int? = nil,
    batchNorm: TrainingSettings.BatchNormScope = .shard, augmentation: TrainingSettings.Augmentation = .none,
    _ replicas: ReplicaGroup
  ) throws {
    BLASLibrary.useCallingThread()
    // 12 shards can be shared by 1, 3, 6 or 12 ranks, and 4 by 1, 2 or 4.
    let shards = replicas.size % 3 == 0 ? 12 : 4
    var settings = TrainingSettings(
      preset: "check", data: "synthetic", resolution: 32, steps: 8, batch: shards, generatorBatch: 2 * shards,
      shards: shards)
    settings.width = 32  // wide enough for fast convolutions, and for sums that overlap
    try settings.apply(environmentSettings)
    settings.classes = 10
    settings.imageChannels = 3
    settings.head = head
    settings.beta1 = 0.5
    // Attention on two maps with one head, and its control in the generator with the other.
    settings.generatorAttention = [8, 16]
    settings.generatorAttentionKind = head == .projection ? .attention : .residual
    settings.discriminatorAttention = [8, 16]
    settings.discriminatorUpdates = 2
    settings.averageStart = 0
    settings.batchNorm = batchNorm
    settings.augmentation = augmentation
    let configuration = try TrainingConfiguration(settings)
    let trainer = try Trainer<Float>(
      configuration, replicas: replicas, shardsAtOnce: shardsAtOnce, pool: WorkerPool(threads: threads),
      overlap: threads == 1 ? .thread : .polling)
    trainer.initialize()
    // Images that are drawn for one head, and images from a cache file for the other.
    let source: any ImageDataset =
      head == .projection ? SyntheticShapes(resolution: 32, classes: 10) : try decodedImages(classes: 10)
    let prefetcher = try Prefetcher(
      source: source, seed: 0, batch: configuration.batch, shards: shards,
      localShards: trainer.localShards, isMirroring: true)
    func step() throws {
      _ = try trainer.runStep(measuring: true) {
        let batch = try prefetcher.next()
        return (batch.images, batch.labels)
      }
    }
    for _ in 0..<3 { try step() }
    malloc_counter_start()
    for _ in 0..<5 { try step() }
    let count = malloc_counter_stop()
    try expect(count == 0, "5 steps asked for \(count) blocks, first \(String(cString: malloc_counter_first_caller()))")
    malloc_counter_start()
    withExtendedLifetime([UInt8](repeating: 1, count: 4096 + replicas.rank)) {}
    try expect(malloc_counter_stop() > 0, "the counter does not see an array")
  }

  /// Two images of each class, from a cache of this rank's own.
  private static func decodedImages(classes: Int) throws -> any ImageDataset {
    let folder = NSTemporaryDirectory() + "/rank-checks-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for label in 0..<classes {
      try FileManager.default.createDirectory(atPath: "\(folder)/images/\(label)", withIntermediateDirectories: true)
      for number in 0..<2 {
        let pixels = (0..<36 * 40).map { UInt8(($0 * (label + 1) + number) % 256) }
        let png = try PNG.encode(pixels: pixels, width: 40, height: 36, channels: 1)
        try OutputFile.write(png, to: "\(folder)/images/\(label)/\(number).png")
      }
    }
    return try DataSpecification.folder(directory: folder + "/images").find(ImageSpecification(resolution: 32))
      .open(DecodeOptions(cacheFolder: folder, threads: 1))
  }
}
