internal import Tensors

/// Sums over samples that a pass reports; per shard at first, then summed along the canonical tree.
public struct LossSums: BitwiseCopyable, Sendable {
  /// The numbers, in an order that ranks share.
  public var values = SIMD8<Double>()

  /// Zeros.
  public init() {}

  /// Σ max(0, 1 − D(real)).
  public var hingeReal: Double {
    get { values[0] }
    set { values[0] = newValue }
  }
  /// Σ max(0, 1 + D(fake)) of a discriminator update, −Σ D(fake) of a generator update.
  public var adversarialFake: Double {
    get { values[1] }
    set { values[1] = newValue }
  }
  /// Σ of the cross-entropies that count.
  public var crossEntropy: Double {
    get { values[2] }
    set { values[2] = newValue }
  }
  /// Σ D(real).
  public var logitReal: Double {
    get { values[3] }
    set { values[3] = newValue }
  }
  /// Σ D(fake).
  public var logitFake: Double {
    get { values[4] }
    set { values[4] = newValue }
  }
  /// Number of samples whose class the auxiliary classifier finds.
  public var correctClasses: Double {
    get { values[5] }
    set { values[5] = newValue }
  }

  /// The sum of `count` ≥ 1 shards' entries along the canonical tree.
  public static func tree(_ shards: UnsafePointer<LossSums>, count: Int) -> LossSums {
    if count == 1 { return shards[0] }
    let left = ReductionTree.leftCount(of: count)
    var sum = tree(shards, count: left)
    sum.values += tree(shards + left, count: count - left).values
    return sum
  }
}
