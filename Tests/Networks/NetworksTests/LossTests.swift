import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// The losses: their values by definition, their gradients by central differences, their sums in the canonical order.
@Suite struct LossTests {
  /// Logits on both sides of the hinges at ±1, none of them near one.
  private let logits = [-3.0, -0.5, 0.25, 1.5, -1.75, 0.5, 2, -0.25]

  @Test("HingeLoss.discriminator")
  func discriminator() {
    withTensors { source in
      let tensor: Tensor<Double> = source.tensor(Shape(8, 1), logits)
      let gradient: Tensor<Double> = source.poisoned(Shape(8, 1))
      func sums() -> LossSums {
        var sums = LossSums()
        HingeLoss.discriminator(tensor, batchSize: 16, gradient: gradient, sums: &sums)
        return sums
      }
      let found = sums()
      #expect(found.hingeReal == 4 + 1.5 + 0.75)
      #expect(found.adversarialFake == 1.5 + 3 + 0.75)
      #expect(found.logitReal == -1.75 && found.logitFake == 0.5)
      #expect(found.crossEntropy == 0 && found.correctClasses == 0)
      var check = GradientCheck()
      check.directions = 8
      let error = check.error(of: tensor.elements, gradient: gradient.numbers) {
        let sums = sums()
        return ProbedLoss(loss: (sums.hingeReal + sums.adversarialFake) / 16)
      }
      #expect(error < 1e-8)
    }
  }

  @Test("HingeLoss.generator")
  func generator() {
    withTensors { source in
      let tensor: Tensor<Double> = source.tensor(Shape(8, 1), logits)
      let gradient: Tensor<Double> = source.poisoned(Shape(8, 1))
      var sums = LossSums()
      HingeLoss.generator(tensor, batchSize: 32, gradient: gradient, sums: &sums)
      #expect(sums.adversarialFake == 1.25 && sums.logitFake == -1.25)
      #expect(gradient.numbers.allSatisfy { $0 == -1.0 / 32 })
    }
  }

  @Test("CrossEntropyLoss agrees with its definition and with central differences", arguments: [1, 2, 7])
  func crossEntropy(classes: Int) {
    withTensors { source in
      let tensor: Tensor<Double> = source.normal(Shape(5, classes), deviation: 3)
      let labels = source.labels(5, below: classes)
      let gradient: Tensor<Double> = source.poisoned(tensor.shape)
      func sums(weight: Double) -> LossSums {
        var sums = LossSums()
        CrossEntropyLoss.apply(
          tensor, labels: labels, weight: weight, batchSize: 20, gradient: gradient, sums: &sums)
        return sums
      }
      let found = sums(weight: 0.3)
      let dLogits = gradient.numbers
      var (loss, correct) = (0.0, 0.0)
      for n in 0..<5 {
        let row = Array(tensor[rows: n..<n + 1].elements)
        let total = row.reduce(0) { $0 + Double.exponential($1) }
        loss -= Double.logarithm(Double.exponential(row[Int(labels[n])]) / total)
        correct += row.max() == row[Int(labels[n])] ? 1 : 0
      }
      #expect(abs(found.crossEntropy - loss) < 1e-13, "the sum is taken without weight and batch")
      #expect(found.correctClasses == correct)
      #expect(found.hingeReal == 0 && found.adversarialFake == 0)
      var check = GradientCheck()
      let error = check.error(of: tensor.elements, gradient: dLogits) {
        ProbedLoss(loss: 0.3 * sums(weight: 0).crossEntropy / 20)
      }
      #expect(error < 1e-7)
    }
  }

  @Test("CrossEntropyLoss survives logits whose exponentials overflow")
  func largeLogits() {
    withTensors { source in
      let tensor: Tensor<Float> = source.tensor(Shape(1, 3), [1000, -1000, 990])
      let labels = source.buffer(1, of: Int32.self)
      labels[0] = 1
      let gradient: Tensor<Float> = source.poisoned(Shape(1, 3))
      var sums = LossSums()
      CrossEntropyLoss.apply(
        tensor, labels: Labels(UnsafeMutableBufferPointer(start: labels, count: 1)), weight: 1, batchSize: 1,
        gradient: gradient, sums: &sums)
      #expect(abs(sums.crossEntropy - 2000) < 1e-3)
      #expect(gradient.numbers.allSatisfy { $0.isFinite } && abs(gradient.base[1] + 1) < 1e-6)
    }
  }

  /// Numbers whose sum depends on where the parentheses are.
  @Test("LossSums.tree adds along the canonical tree", arguments: 1...17)
  func sums(count: Int) {
    let numbers = (0..<count).map { i in [1e16, 1, -1e16, 3, 0.1, -7][i * i % 6] + Double(i) / 3 }
    func tree(_ numbers: ArraySlice<Double>) -> Double {
      guard numbers.count > 1 else { return numbers.first ?? 0 }
      var left = 1
      while left * 2 < numbers.count { left *= 2 }
      let middle = numbers.startIndex + left
      return tree(numbers[..<middle]) + tree(numbers[middle...])
    }
    let shards = numbers.map { number in
      var sums = LossSums()
      sums.hingeReal = number
      sums.correctClasses = 1
      return sums
    }
    let found = shards.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { LossSums.tree($0, count: count) } ?? LossSums()
    }
    #expect(found.hingeReal == tree(numbers[...]))
    #expect(found.correctClasses == Double(count))
  }
}
