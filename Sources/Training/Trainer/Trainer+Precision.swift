package import Threads
internal import Optimizers
package import Configuration
internal import Tensors

extension Trainer where Scalar == Double {
  /// A trainer in double precision with the numbers of one in single precision.
  package convenience init(_ other: Trainer<Float>, pool: WorkerPool) throws(ConfigurationError) {
    try self.init(
      other.configuration, replicas: other.replicas, shardsAtOnce: other.shardsAtOnce, pool: pool,
      overlap: other.overlap)
    // Kernels of the two types keep weights in different orders.
    for (own, other) in zip(arenas, other.arenas) {
      for (entry, source) in zip(own.layout.entries, other.layout.entries) {
        own.setFileOrder(entry, other.fileOrder(source).map(Double.init))
      }
    }
    restore(
      step: other.step, generatorUpdates: other.generatorAdam.updates,
      discriminatorUpdates: other.discriminatorAdam.updates)
  }
}
