import Statistics
import Tensors
import Testing
import Threads

@Suite("Moments") struct MomentsTests {
  private let features = FeatureMatrix.normal(1700, 70, seed: 1, shift: 0.5)

  @Test("sums are those of all pairs of features")
  func sums() {
    let moments = Golden.x.moments()
    #expect(moments.count == 12)
    let covariance = Gaussian(moments).covariance
    let mean = Golden.x.mean
    for i in 0..<4 {
      #expect(difference(moments.sums[i] / 12, mean[i]) < 1e-14)
      for j in 0..<4 {
        let expected = (0..<12).reduce(0) { sum, row in
          let x = Golden.x.tensor.base + row * 4
          return sum + (Double(x[i]) - mean[i]) * (Double(x[j]) - mean[j]) / 11
        }
        #expect(abs(covariance[i * 4 + j] - expected) < 1e-15)
      }
    }
  }

  @Test("bits depend neither on batches nor on threads", arguments: [(1, 1), (1, 2), (37, 3), (512, 2), (1699, 1)])
  func batches(batch: Int, threads: Int) {
    let whole = features.moments()
    var sums = MomentSums(count: 1700, dimensions: 70, pool: pool(of: threads))
    for start in stride(from: 0, to: 1700, by: batch) {
      sums.add(features.tensor[rows: start..<min(start + batch, 1700)])
    }
    #expect(sums.moments == whole)
  }

  @Test("whoever sums a node of the tree gets what the whole sum has there")
  func nodes() {
    // Four blocks: a node of two on each side.
    let parts = [0..<1024, 1024..<1700].map { Moments(of: features.tensor[rows: $0], pool: one) }
    #expect(parts.sumAlongTree() == features.moments())
    // In blocks.
    let blocks = stride(from: 0, to: 1700, by: 512).map {
      Moments(of: features.tensor[rows: $0..<min($0 + 512, 1700)], pool: one)
    }
    #expect(blocks.sumAlongTree() == features.moments())
  }

  @Test("features of several stripes are summed as those of one")
  func stripes() {
    let wide = FeatureMatrix.normal(40, 600, seed: 2)
    let covariance = Gaussian(wide.moments()).covariance
    let some = FeatureMatrix(rows: 40, columns: 2) { wide.tensor.base[$0 * 600 + [3, 555][$1]] }
    let expected = Gaussian(some.moments()).covariance
    #expect(difference(covariance[3 * 600 + 555], expected[1]) < 1e-12)
    #expect(difference(covariance[555 * 600 + 555], expected[3]) < 1e-12)
    #expect(covariance[555 * 600 + 3] == covariance[3 * 600 + 555])
  }

  @Test("moments without a group are those of the other samples, but for rounding")
  func without() {
    let groups = features.groups(4)
    guard let total = groups.sumAlongTree() else { return #expect(Bool(false)) }
    let rest = total.without(groups[1])
    let expected = features.selecting(Array(0..<425) + Array(850..<1700)).moments()
    #expect(rest.count == expected.count)
    #expect(zip(rest.products, expected.products).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("what is encoded is read back")
  func encoding() throws {
    let moments = Golden.x.moments()
    #expect(moments.encoded.count == Moments.encodedCount(dimensions: 4))
    #expect(try Moments(decoding: moments.encoded, dimensions: 4) == moments)
  }

  @Test("encoded numbers that no samples have are refused")
  func damagedEncoding() {
    let good = Golden.x.moments().encoded
    func problem(_ place: Int, _ value: Double) -> StatisticsProblem? {
      var numbers = good
      numbers[place] = value
      do throws(StatisticsProblem) {
        _ = try Moments(decoding: numbers, dimensions: 4)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem(0, 1.5) == .count(1.5))
    #expect(problem(0, -1) == .count(-1))
    #expect(problem(0, .infinity) == .count(.infinity))
    #expect(problem(2, .nan) == .notFinite(place: "the sums"))
    #expect(problem(14, .infinity) == .notFinite(place: "the sums of products"))
    #expect(problem(5, -1) == .impossibleSums(index: 0))
    #expect(problem(2, 100) == .impossibleSums(index: 1))
    #expect(throws: StatisticsProblem.size(found: 14, expected: 15)) {
      try Moments(decoding: good.dropLast(), dimensions: 4)
    }
  }

  @Test("infinite features show in the moments")
  func infinite() {
    for value in [Float.infinity, .nan] {
      let bad = FeatureMatrix(rows: 5, columns: 3) { $0 == 2 && $1 == 1 ? value : 1 }
      #expect(!bad.moments().isFinite)
    }
    #expect(features.moments().isFinite)
  }

  @Test("constant features have no variance, whatever their size")
  func constant() {
    let matrix = FeatureMatrix(rows: 1000, columns: 3) { row, column in
      [0.1, 12_345.678, Float(row % 7)][column]
    }
    let gaussian = Gaussian(matrix.moments())
    #expect(gaussian.covariance[0..<8].allSatisfy { $0 == 0 })
    #expect(gaussian.covariance[8] > 3)
  }
}

@Suite("Statistics from files") struct GaussianTests {
  private func problem(_ mean: [Double], _ covariance: [Double]) -> StatisticsProblem? {
    do throws(StatisticsProblem) {
      _ = try Gaussian(mean: mean, covariance: covariance)
      return nil
    } catch {
      return error
    }
  }

  @Test("what is no covariance is refused")
  func refused() {
    #expect(problem([0, 0], [1, 0, 0]) == .size(found: 3, expected: 4))
    #expect(problem([], []) == .size(found: 0, expected: 0))
    #expect(problem([0, .nan], [1, 0, 0, 1]) == .notFinite(place: "the mean"))
    #expect(problem([0, 1e39], [1, 0, 0, 1]) == .notFinite(place: "the mean"))
    #expect(problem([0, 0], [1, .infinity, 0, 1]) == .notFinite(place: "the covariance"))
    #expect(problem([0, 0], [1, 0.5, 0.4, 1]) == .notSymmetric(row: 0, column: 1, above: 0.5, below: 0.4))
    #expect(problem([0, 0], [1, 0, 0, -0.1]) == .negativeVariance(index: 1, value: -0.1))
    #expect(problem([0, 0], [-1, 0, 0, -1]) == .negativeVariance(index: 0, value: -1))
    #expect(problem([0, 0], [1, 2, 2, 1]) == .indefinite)
    #expect(problem([0, 0], [0, 1, 1, 0]) == .indefinite)
    #expect(problem([0, 0, 0], [1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1]) == .indefinite)
  }

  @Test("covariances of single precision, singular ones and none at all are taken")
  func taken() throws {
    #expect(problem([0, 0], [0, 0, 0, 0]) == nil)
    #expect(problem([0, 0], [1, 1, 1, 1]) == nil)
    let gaussian = Gaussian(FeatureMatrix.normal(20, 30, seed: 3).moments())
    var single = gaussian.covariance.map { Double(Float($0)) }
    single[1] += 1e-8
    #expect(problem(gaussian.mean, single) == nil)
  }
}
