import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

/// What the bits of a pass may depend on: shards, but neither threads nor the samples a network was planned for.
@Suite struct NetworkBitsTests {
  private let generators = TinyNetworks.generators + [("wide", TinyNetworks.wide.generator)]
  private let discriminators = TinyNetworks.discriminators + [("wide", TinyNetworks.wide.discriminator)]
  /// Whatever the environment says: the wide networks are there for the fast one.
  private let algorithm = ConvolutionAlgorithm.fast

  /// Sums lists along the canonical tree.
  private func tree(_ lists: ArraySlice<[Float]>) -> [Float] {
    guard lists.count > 1 else { return lists.first ?? [] }
    let middle = lists.startIndex + ReductionTree.leftCount(of: lists.count)
    return zip(tree(lists[..<middle]), tree(lists[middle...])).map { $0 + $1 }
  }

  @Test("Generator: a batch in shards is each shard alone, gradients are their sum", arguments: [2, 3, 5])
  func generatorShards(shards: Int) {
    for (name, architecture) in generators {
      withTensors { source in
        let whole = GeneratorUnderTest<Float>(
          architecture, samples: 2 * shards, shards: shards, algorithm: algorithm, source)
        let images = source.copy(whole.forward())
        whole.backward()
        let alone = Generator<Float>(
          architecture, samples: 2, shards: 1, weights: whole.network.context.weights, isTrained: true,
          pool: WorkerPool(threads: 1), convolutionAlgorithm: algorithm)
        var gradients: [[Float]] = []
        for shard in 0..<shards {
          let samples = 2 * shard..<2 * shard + 2
          let part = alone.forward(whole.latents[rows: samples], labels: whole.labels[samples])
          #expect(areIdentical(part, images[rows: samples]), "\(name): shard \(shard)")
          alone.backward(whole.dImages[rows: samples])
          gradients.append(Array(alone.context.gradients.values))
        }
        #expect(Array(whole.network.context.gradients.values) == tree(gradients[...]), "\(name): gradients")
      }
    }
  }

  @Test("Discriminator: a batch in shards is each shard alone, gradients are their sum", arguments: [2, 3, 5])
  func discriminatorShards(shards: Int) {
    for (name, architecture) in discriminators {
      withTensors { source in
        let whole = DiscriminatorUnderTest<Float>(
          architecture, samples: 2 * shards, shards: shards, algorithm: algorithm, source)
        let verdict = whole.forward()
        let dImages = whole.backward(for: .both) ?? []
        let alone = Discriminator<Float>(
          architecture, samples: 2, shards: 1, weights: whole.network.context.weights, isTrained: true,
          pool: WorkerPool(threads: 1), convolutionAlgorithm: algorithm)
        var gradients: [[Float]] = []
        var dParts: [Double] = []
        for shard in 0..<shards {
          let samples = 2 * shard..<2 * shard + 2
          let part = alone.forward(whole.images[rows: samples], labels: whole.labels[samples])
          #expect(areIdentical(part.logits, verdict.logits[rows: samples]), "\(name): shard \(shard)")
          if let classLogits = part.classLogits, let others = verdict.classLogits {
            #expect(areIdentical(classLogits, others[rows: samples]), "\(name): classes, shard \(shard)")
          }
          if let gradient = alone.backward(
            whole.dLogits[rows: samples], whole.dClassLogits?[rows: samples], for: .both)
          {
            dParts += gradient.numbers
            alone.giveBack(gradient)
          }
          gradients.append(Array(alone.context.gradients.values))
        }
        #expect(dImages == dParts, "\(name): gradient of the images")
        #expect(Array(whole.network.context.gradients.values) == tree(gradients[...]), "\(name): gradients")
      }
    }
  }

  @Test("threads change no bit of a pass")
  func threads() {
    func generator(_ architecture: GeneratorArchitecture, threads: Int) -> [Float] {
      withTensors { source in
        let test = GeneratorUnderTest<Float>(
          architecture, samples: 6, shards: 2, threads: threads, algorithm: algorithm, source)
        let images = Array(test.forward().elements)
        test.backward()
        test.network.findCorrections()
        test.network.sumBatchStatistics()
        let context = test.network.context
        let taken = takenGradients(of: context)
        return withExtendedLifetime(taken) { images + Array(taken.values) + Array(context.batchStatistics.values) }
      }
    }
    func discriminator(_ architecture: DiscriminatorArchitecture, threads: Int) -> [Double] {
      withTensors { source in
        let test = DiscriminatorUnderTest<Float>(
          architecture, samples: 6, shards: 2, threads: threads, algorithm: algorithm, source)
        let logits = test.forward().logits.numbers
        let dImages = test.backward(for: .both) ?? []
        test.network.findCorrections()
        let taken = takenGradients(of: test.network.context)
        return withExtendedLifetime(taken) { logits + dImages + taken.values.map { Double($0) } }
      }
    }
    for (name, architecture) in generators {
      #expect(generator(architecture, threads: 1) == generator(architecture, threads: 3), "\(name)")
    }
    for (name, architecture) in discriminators {
      #expect(discriminator(architecture, threads: 1) == discriminator(architecture, threads: 3), "\(name)")
    }
  }

  @Test("a pass may have fewer samples than planned")
  func fewerSamples() {
    withTensors { source in
      let large = GeneratorUnderTest<Float>(
        TinyNetworks.generators[0].architecture, samples: 8, shards: 2, algorithm: algorithm, source)
      let small = Generator<Float>(
        TinyNetworks.generators[0].architecture, samples: 4, shards: 2, weights: large.network.context.weights,
        isTrained: true, pool: WorkerPool(threads: 1), convolutionAlgorithm: algorithm)
      _ = large.forward()
      large.backward()
      let images = large.forward(0..<4)
      large.backward(0..<4)
      #expect(areIdentical(images, small.forward(large.latents[rows: 0..<4], labels: large.labels[0..<4])))
      small.backward(large.dImages[rows: 0..<4])
      #expect(Array(large.network.context.gradients.values) == Array(small.context.gradients.values), "generator")
    }
    withTensors { source in
      let architecture = TinyNetworks.discriminators[0].architecture
      let large = DiscriminatorUnderTest<Float>(architecture, samples: 8, shards: 2, algorithm: algorithm, source)
      let small = Discriminator<Float>(
        architecture, samples: 4, shards: 2, weights: large.network.context.weights, isTrained: true,
        pool: WorkerPool(threads: 1), convolutionAlgorithm: algorithm)
      _ = large.forward()
      _ = large.backward(for: .both)
      let logits = large.forward(0..<4).logits
      let dImages = large.backward(0..<4, for: .both)
      #expect(areIdentical(logits, small.forward(large.images[rows: 0..<4], labels: large.labels[0..<4]).logits))
      let gradient = small.backward(large.dLogits[rows: 0..<4], nil, for: .both)
      #expect(gradient?.numbers == dImages)
      gradient.map(small.giveBack)
      #expect(Array(large.network.context.gradients.values) == Array(small.context.gradients.values), "discriminator")
    }
  }
}
