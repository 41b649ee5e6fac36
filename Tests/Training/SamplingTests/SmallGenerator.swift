import BLAS
import Kernels
import Layers
import Networks
import Sampling
import Tensors
import TestSupport
import Threads

/// A generator of 16 × 16 images whose numbers are all random.
enum SmallGenerator {
  static let architecture = GeneratorArchitecture(
    initialChannels: 12, blockChannels: [16, 8], attentionMaps: [8], isSpectrallyNormalized: false, classes: 3,
    imageChannels: 3, latentSize: 6)

  static func sampler(seed: UInt64 = 1, truncation: Double? = nil, threads: Int = 1) -> Sampler {
    // Threads of the library's own would cut products by how busy the machine is.
    BLASLibrary.useCallingThread()
    let sampler = Sampler(
      architecture, convolutions: .fast, seed: seed, truncation: truncation, pool: WorkerPool(threads: threads))
    let weights = sampler.generator.context.weights
    weights.initialize(seed: 1, network: .generator)
    var stream = RandomStream(seed: 1, purpose: .test)
    for entry in weights.parameters.layout.entries {
      guard case .constant(let start) = entry.initializer else { continue }
      for place in entry.range { weights.parameters.values[place] = Float(start + 0.3 * stream.normal()) }
    }
    return sampler
  }

  /// The pixels of some samples.
  static func images(_ sampler: Sampler, _ count: Int, _ sample: (Int) -> Sample) -> [[Float]] {
    var result: [[Float]] = []
    sampler.draw(count, sample) { range, images in
      for place in 0..<range.count { result.append(Array(images[rows: place..<place + 1].elements)) }
    }
    return result
  }

  /// The pixels of what lies between samples.
  static func images(_ sampler: Sampler, _ count: Int, blends: (Int) -> Blend) -> [[Float]] {
    var result: [[Float]] = []
    sampler.draw(count, blends: blends) { range, images in
      for place in 0..<range.count { result.append(Array(images[rows: place..<place + 1].elements)) }
    }
    return result
  }
}
