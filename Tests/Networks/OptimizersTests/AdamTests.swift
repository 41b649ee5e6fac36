import Kernels
import Optimizers
import Tensors
import TestSupport
import Testing
import Threads

/// Adam for a single parameter, as the paper's algorithm 1 states it.
private struct ScalarAdam {
  let beta1, beta2, epsilon: Double
  var m = 0.0
  var v = 0.0
  var t = 0

  mutating func update(_ parameter: Double, _ gradient: Double, learningRate: Double) -> Double {
    t += 1
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient * gradient
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<t { (power1, power2) = (power1 * beta1, power2 * beta2) }
    let (mHat, vHat) = (m / (1 - power1), v / (1 - power2))
    return parameter - learningRate * mHat / (vHat.squareRoot() + epsilon)
  }
}

/// An arena layout with entries of these sizes.
private func layout(_ sizes: [Int]) -> ArenaLayout {
  var layout = ArenaLayout()
  for (i, size) in sizes.enumerated() { _ = layout.add("entry\(i)", [size], .normal) }
  return layout
}

/// Adam against its definition for one number, and its bits against the number of threads.
@Suite struct AdamTests {
  @Test("Adam.update makes the paper's steps", arguments: [0, 0.5, 0.9], [0.9, 0.999])
  func steps(beta1: Double, beta2: Double) {
    let pool = WorkerPool(threads: 1)
    let layout = layout([3, 20])
    let (values, gradients) = (Arena<Double>(layout), Arena<Double>(layout))
    values.initialize(seed: 1, purpose: .test, owner: .none)
    let used = layout.entries.flatMap { Array($0.range) }
    let adam = Adam<Double>(layout, .init(beta1: beta1, beta2: beta2, epsilon: 1e-8), workers: 1)
    var expected = values.values.map { _ in ScalarAdam(beta1: beta1, beta2: beta2, epsilon: 1e-8) }
    var parameters = Array(values.values)
    for (step, rate) in [1e-2, 3e-3, 0.5].enumerated() {
      gradients.initialize(seed: UInt64(step + 2), purpose: .test, owner: .none)
      // No gradient at all, one so small that ε matters, and one that is large.
      for (i, number) in [(0, 0.0), (1, 1e-8), (2, 1e6)] { gradients.values[i] = number }
      adam.update(values, gradients, learningRate: rate, pool: pool)
      for i in used { parameters[i] = expected[i].update(parameters[i], gradients.values[i], learningRate: rate) }
      #expect(adam.updates == step + 1)
      #expect(relativeError(Array(values.values), parameters) < 1e-14, "step \(step + 1)")
      for i in 0..<3 {
        #expect(abs(values.values[i] - parameters[i]) <= 1e-14 * (1 + abs(parameters[i])), "parameter \(i)")
      }
      #expect(relativeError(Array(adam.second.values), expected.map(\.v)) < 1e-14, "v in step \(step + 1)")
      if beta1 > 0 {
        #expect(relativeError(Array(adam.first.values), expected.map(\.m)) < 1e-14, "m in step \(step + 1)")
      }
    }
    #expect(adam.first.values.count == (beta1 == 0 ? 0 : layout.count), "with β₁ = 0 no first moment is stored")
    #expect(Set(values.values.indices).subtracting(used).allSatisfy { values.values[$0] == 0 }, "padding stays 0")
  }

  @Test("Adam.update takes up the moments and the count it is given")
  func resumed() {
    let pool = WorkerPool(threads: 1)
    let layout = layout([50])
    let settings = Adam<Double>.Settings(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
    let (values, copies, gradients) = (Arena<Double>(layout), Arena<Double>(layout), Arena<Double>(layout))
    let adam = Adam<Double>(layout, settings, workers: 1)
    for step in 0..<4 {
      gradients.initialize(seed: UInt64(step), purpose: .test, owner: .none)
      if step == 3 { copies.copy(from: values) }
      let resumed = Adam<Double>(layout, settings, workers: 1)
      resumed.first.copy(from: adam.first)
      resumed.second.copy(from: adam.second)
      resumed.updates = adam.updates
      adam.update(values, gradients, learningRate: 0.1, pool: pool)
      if step == 3 { resumed.update(copies, gradients, learningRate: 0.1, pool: pool) }
    }
    #expect(Array(values.values) == Array(copies.values))
  }

  @Test("Adam.update: threads change no bit", arguments: [0, 0.9])
  func threads(beta1: Double) {
    let layout = layout([200_000, 3, 70_000])
    func parameters(threads: Int) -> [Float] {
      let pool = WorkerPool(threads: threads)
      let (values, gradients) = (Arena<Float>(layout), Arena<Float>(layout))
      let adam = Adam<Float>(layout, .init(beta1: beta1, beta2: 0.9, epsilon: 1e-8), workers: threads)
      values.initialize(seed: 1, purpose: .test, owner: .none)
      for step in 0..<2 {
        gradients.initialize(seed: UInt64(step + 2), purpose: .test, owner: .none)
        adam.update(values, gradients, learningRate: 0.01, pool: pool)
      }
      return Array(values.values)
    }
    #expect(parameters(threads: 1) == parameters(threads: 3))
  }
}

/// Corrections of gradients that Adam takes along.
@Suite struct CorrectedAdamTests {
  private typealias Order = SpectralMatrix<Float>.Order

  @Test("Adam.update corrects gradients to the bits that a pass of its own gives", arguments: [1, 3], [0, 0.9])
  func corrections(threads: Int, beta1: Double) {
    let pool = WorkerPool(threads: threads)
    // One weight of each order, larger than what is corrected at once, and parameters without correction around them.
    let weights: [(order: Order, outputs: Int, inputs: Int)] = [
      (.outputsByInputs, 70, 300), (.inputsByOutputs, 70, 1111), (.panels(rows: 48), 96, 432),
    ]
    let layout = layout([5] + weights.flatMap { [$0.outputs * $0.inputs, 7] })
    func parameters(inSweep: Bool) -> [Float] {
      withTensors { source in
        let (values, gradients) = (Arena<Float>(layout), Arena<Float>(layout))
        values.initialize(seed: 1, purpose: .test, owner: .none)
        gradients.initialize(seed: 2, purpose: .test, owner: .none)
        let corrections = weights.enumerated().map { index, weight in
          let range = layout.entries[1 + 2 * index].range
          let shape = Shape(range.count)
          let matrix = SpectralMatrix(
            weight: values.tensor(range, shape), order: weight.order, u: source.normal(Shape(weight.outputs)),
            v: source.normal(Shape(weight.inputs)))
          return SpectralNormGradient(
            matrix, sigma: 1.7, gradients.tensor(range, shape), at: range, scratch: source.zeros(Shape(8)), pool: pool)
        }
        let adam = Adam<Float>(layout, .init(beta1: beta1, beta2: 0.9, epsilon: 1e-8), workers: threads)
        let (average, taken) = (Arena<Float>(layout), Arena<Float>(layout))
        average.initialize(seed: 3, purpose: .test, owner: .none)
        let norm = adam.gradientNorm(gradients, corrections: corrections)
        if !inSweep, let base = gradients.values.baseAddress {
          for correction in corrections {
            correct(correction, correction.range, of: base, into: base + correction.range.lowerBound)
          }
        }
        let finished = gradients.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        if !inSweep { #expect(abs(norm - finished) < 1e-6 * finished) }
        if inSweep {
          adam.update(
            values, gradients, corrections: corrections, learningRate: 0.01,
            average: MovingAverage(average, decay: 0.7), recordingInto: taken, pool: pool)
          let length = taken.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
          #expect(abs(norm - length) < 1e-6 * length, "the norm is that of the gradients that are taken")
        } else {
          adam.update(values, gradients, learningRate: 0.01, pool: pool)
          MovingAverage(average, decay: 0.7).update(with: values, pool: pool)
          taken.copy(from: gradients)
        }
        return [values, adam.second, average, taken].flatMap { Array($0.values) }
      }
    }
    let expected = parameters(inSweep: false)
    #expect(Set(expected).count > 1000)
    #expect(parameters(inSweep: true) == expected)
  }

  /// A sweep goes through arenas from front to back, and would pass over a correction that comes too late.
  @Test func correctionsOutOfPlaceAreRefused() async {
    await #expect(processExitsWith: .success) { updateWithCorrections(of: [1, 3]) }
    await #expect(processExitsWith: .failure) { updateWithCorrections(of: [3, 1]) }
    await #expect(processExitsWith: .failure) { updateWithCorrections(of: [1, 1]) }
  }
}

/// One update of five parameters of 24 numbers, some of which have corrections, in this order.
private func updateWithCorrections(of entries: [Int]) {
  let pool = WorkerPool(threads: 1)
  let layout = layout([24, 24, 24, 24, 24])
  withTensors { source in
    let (values, gradients) = (Arena<Float>(layout), Arena<Float>(layout))
    values.initialize(seed: 1, purpose: .test, owner: .none)
    gradients.initialize(seed: 2, purpose: .test, owner: .none)
    let corrections = entries.map { entry in
      let range = layout.entries[entry].range
      let matrix = SpectralMatrix(
        weight: values.tensor(range, Shape(24)), order: .outputsByInputs, u: source.normal(Shape(4)),
        v: source.normal(Shape(6)))
      return SpectralNormGradient(
        matrix, sigma: 1.7, gradients.tensor(range, Shape(24)), at: range, scratch: source.zeros(Shape(1)), pool: pool)
    }
    Adam<Float>(layout, .init(beta1: 0, beta2: 0.9, epsilon: 1e-8), workers: 1)
      .update(values, gradients, corrections: corrections, learningRate: 0.01, pool: pool)
  }
}

/// The moving average of weights.
@Suite struct MovingAverageTests {
  @Test("an average moves towards the values, or copies them", arguments: [0, 0.5, 0.9999])
  func decays(decay: Double) {
    let pool = WorkerPool(threads: 3)
    let layout = layout([150_000])
    let (average, values) = (Arena<Double>(layout), Arena<Double>(layout))
    average.initialize(seed: 1, purpose: .test, owner: .none)
    var expected = Array(average.values)
    for step in 0..<3 {
      values.initialize(seed: UInt64(step + 2), purpose: .test, owner: .none)
      MovingAverage(average, decay: decay).update(with: values, pool: pool)
      expected = zip(expected, values.values).map { decay * $0 + (1 - decay) * $1 }
      #expect(relativeError(Array(average.values), expected) < 1e-15)
    }
    if decay == 0 { #expect(Array(average.values) == Array(values.values)) }
  }

  @Test("averages: threads change no bit")
  func threads() {
    let layout = layout([200_001])
    func average(threads: Int) -> [Float] {
      let (average, values) = (Arena<Float>(layout), Arena<Float>(layout))
      average.initialize(seed: 1, purpose: .test, owner: .none)
      values.initialize(seed: 2, purpose: .test, owner: .none)
      MovingAverage(average, decay: 0.999).update(with: values, pool: WorkerPool(threads: threads))
      return Array(average.values)
    }
    #expect(average(threads: 1) == average(threads: 3))
  }
}
