internal import DataParallel
internal import Formats
internal import Kernels
internal import MPI
internal import Networks
internal import Tensors

/// What an audit's file will hold, as far as this rank knows it.
///
/// Numbers of samples and shards are those of this rank alone until the file is made; all others are the same on every rank,
/// and only rank 0 keeps them.
struct AuditContents {
  /// Bytes in the order of a tensor's elements.
  struct Block {
    let type: SafetensorsDType
    var bytes: [UInt8]

    init<Number: BitwiseCopyable>(_ type: SafetensorsDType, _ numbers: UnsafeBufferPointer<Number>) {
      self.type = type
      bytes = Array(UnsafeRawBufferPointer(numbers))
    }
  }

  private struct Rows {
    let name: String
    let rowShape: [Int]
    var block: Block
    var count: Int
  }
  private struct Whole {
    let name: String
    let shape: [Int]
    let block: Block
  }
  private struct Part {
    let update: String
    /// Which of this rank's shards.
    let shard: Int
    let name: String
    let shape: [Int]
    let block: Block
  }

  private let isRoot: Bool
  private var rows: [Rows] = []
  private var wholes: [Whole] = []
  private var parts: [Part] = []

  /// Nothing yet.
  init(isRoot: Bool) { self.isRoot = isRoot }

  /// Appends rows, one a sample or shard, to those of this rank that there are under this name.
  mutating func append(rows name: String, shape rowShape: [Int], count: Int, _ block: Block) {
    guard let index = rows.firstIndex(where: { $0.name == name }) else {
      rows.append(Rows(name: name, rowShape: rowShape, block: block, count: count))
      return
    }
    precondition(rows[index].rowShape == rowShape, "'\(name)' has rows of \(rows[index].rowShape) and \(rowShape)")
    rows[index].block.bytes += block.bytes
    rows[index].count += count
  }

  /// Appends the rows of a tensor, whose first axis counts samples.
  mutating func append<Scalar: KernelScalar>(rows name: String, _ tensor: Tensor<Scalar>) {
    let shape = (1..<max(tensor.shape.rank, 1)).map { tensor.shape[$0] }
    append(
      rows: name, shape: shape, count: tensor.shape[0], Block(.of(Scalar.self), UnsafeBufferPointer(tensor.elements)))
  }

  /// Appends classes of samples.
  mutating func append(rows name: String, _ labels: Labels) {
    append(rows: name, shape: [], count: labels.count, Block(.int32, labels.elements))
  }

  /// Adds a copy of a whole tensor, which is the same on all ranks.
  mutating func add<Number: BitwiseCopyable>(
    _ name: String, shape: [Int], _ type: SafetensorsDType, _ numbers: () -> [Number]
  ) {
    guard isRoot else { return }
    numbers().withUnsafeBufferPointer { wholes.append(Whole(name: name, shape: shape, block: Block(type, $0))) }
  }

  /// Adds a number in double precision.
  mutating func add(_ name: String, _ number: Double) { add(name, shape: [1], .float64) { [number] } }

  /// Adds a copy of every entry of an arena, in file order.
  mutating func add<Scalar: KernelScalar>(_ prefix: String, _ arena: Arena<Scalar>) {
    for entry in arena.layout.entries {
      add(prefix + entry.name, shape: entry.fileShape, .of(Scalar.self)) { arena.fileOrder(entry) }
    }
  }

  /// Adds a copy of one shard's gradients.
  mutating func add<Scalar: KernelScalar>(part update: String, shard: Int, _ arena: Arena<Scalar>) {
    for entry in arena.layout.entries {
      arena.fileOrder(entry).withUnsafeBufferPointer {
        parts.append(
          Part(
            update: update, shard: shard, name: entry.name, shape: entry.fileShape, block: Block(.of(Scalar.self), $0)))
      }
    }
  }

  /// Brings the rows and parts of all ranks to rank 0; every rank calls it.
  ///
  /// - Parameters:
  ///   - replicas: The ranks, which have as many shards each.
  ///   - shards: How many shards this rank has.
  ///   - metadata: The file's.
  /// - Returns: The file, on rank 0.
  func file(over replicas: ReplicaGroup, shards: Int, metadata: [String: String]) -> SafetensorsWriter? {
    var file = SafetensorsWriter(metadata: metadata)
    for rows in rows {
      let all = replicas.gather(rows.block.bytes)
      guard isRoot else { continue }
      file.add(rows.name, shape: [rows.count * replicas.size] + rows.rowShape, rows.block.type, all.flatMap { $0 })
    }
    for part in parts {
      for (rank, bytes) in replicas.gather(part.block.bytes).enumerated() {
        file.add(
          "\(part.update)/part/\(rank * shards + part.shard)/\(part.name)", shape: part.shape, part.block.type, bytes)
      }
    }
    guard isRoot else { return nil }
    for whole in wholes { file.add(whole.name, shape: whole.shape, whole.block.type, whole.block.bytes) }
    return file
  }
}

extension SafetensorsDType {
  /// The type of a network's numbers.
  static func of<Scalar: KernelScalar>(_ type: Scalar.Type) -> SafetensorsDType {
    type == Float.self ? .float32 : .float64
  }
}
