import Statistics
import Tensors
import Testing
import Threads

/// Scores of pairs by their definitions, from all distances in double precision.
private struct Definition {
  let between: [[Double]]
  let realRadii: [Double]
  let fakeRadii: [Double]
  let realNearest: [Double]

  init(generated: FeatureMatrix, real: FeatureMatrix, k: Int) {
    func distance(_ a: FeatureMatrix, _ i: Int, _ b: FeatureMatrix, _ j: Int) -> Double {
      (0..<a.dimensions).reduce(0) { sum, c in
        let x = Double(a.tensor.base[i * a.dimensions + c]) - Double(b.tensor.base[j * b.dimensions + c])
        return sum + x * x
      }
    }
    func radii(_ set: FeatureMatrix, _ k: Int) -> [Double] {
      (0..<set.count).map { i in (0..<set.count).filter { $0 != i }.map { distance(set, i, set, $0) }.sorted()[k - 1] }
    }
    between = (0..<generated.count).map { i in (0..<real.count).map { distance(generated, i, real, $0) } }
    (realRadii, fakeRadii, realNearest) = (radii(real, k), radii(generated, k), radii(real, 1))
  }

  /// Precision, recall, density · k, coverage and authenticity, as counts.
  func counts(_ boundary: BallBoundary) -> [Int] {
    let real = realRadii.indices
    return [
      between.count { row in real.contains { boundary.holds(row[$0], realRadii[$0]) } },
      real.count { j in between.indices.contains { boundary.holds(between[$0][j], fakeRadii[$0]) } },
      between.reduce(0) { sum, row in sum + real.count { boundary.holds(row[$0], realRadii[$0]) } },
      real.count { j in between.contains { boundary.holds($0[j], realRadii[j]) } },
      between.count { row in
        guard let nearest = real.min(by: { row[$0] < row[$1] }) else { return false }
        return row[nearest] > realNearest[nearest]
      },
    ]
  }
}

@Suite("Scores of pairs") struct NeighbourTests {
  private func scores(
    _ generated: FeatureMatrix, _ real: FeatureMatrix, k: Int = 3, boundary: BallBoundary = .included, threads: Int = 1
  ) -> PairScores {
    PairScores(
      generated: generated.tensor, real: real.tensor, k: k, boundary: boundary, center: real.mean,
      pool: pool(of: threads))
  }

  private func values(_ scores: PairScores) -> [Double] {
    let s = scores.neighbours
    return [s.precision, s.recall, s.density, s.coverage, s.authenticity].map(\.value)
  }

  private func isDefinition(
    _ generated: FeatureMatrix, _ real: FeatureMatrix, k: Int = 3, boundary: BallBoundary = .included
  ) -> Bool {
    let counts = Definition(generated: generated, real: real, k: k).counts(boundary)
    let (m, n) = (generated.count, real.count)
    let expected = zip(counts, [m, n, k * m, n, m]).map { Double($0) / Double($1) }
    return zip(values(scores(generated, real, k: k, boundary: boundary)), expected).allSatisfy { abs($0 - $1) < 1e-14 }
  }

  @Test("the golden vector")
  func golden() {
    let found = scores(Golden.x, Golden.y)
    #expect(found.neighbours.precision.value == 1)
    #expect(found.neighbours.recall.value == 0.75)
    #expect(difference(found.kernelDistance?.value ?? 0, 0.276041044762954) < 1e-6)
  }

  @Test("figures of other programs: both boundaries, copies among the images")
  func programs() throws {
    let fixture = try StatisticsFixture()
    let found = scores(fixture.generated, fixture.real).neighbours
    // In single precision.
    let torch = fixture.numbers("neighbours", "torch-fidelity")
    #expect(difference(found.precision.value, torch[0]) < 1e-7)
    #expect(difference(found.recall.value, torch[1]) < 1e-7)
    for (key, k, boundary) in [("included, 3", 3, BallBoundary.included), ("excluded, 5", 5, .excluded)] {
      let found = scores(fixture.generated, fixture.real, k: k, boundary: boundary).neighbours
      // Coverage, density, precision, recall.
      let expected = fixture.numbers("neighbours", key)
      for (a, b) in zip([found.coverage, found.density, found.precision, found.recall], expected) {
        #expect(difference(a.value, b) < 1e-14)
      }
    }
    #expect(difference(found.authenticity.value, fixture.numbers("neighbours", "authenticity")[0]) < 1e-14)
  }

  @Test("decisions are those of double precision: more than a tile, far from the origin, and equal sets")
  func doublePrecision() {
    let (a, b) = (FeatureMatrix.normal(330, 40, seed: 1, shift: 3), FeatureMatrix.normal(600, 40, seed: 2, shift: 3.1))
    #expect(isDefinition(a, b))
    #expect(isDefinition(b, a, k: 5, boundary: .excluded))
    // Single precision knows these to a hundredth of their distances.
    let (far, near) = (
      FeatureMatrix.normal(120, 16, seed: 3, shift: 1000, scale: { _ in 0.01 }),
      FeatureMatrix.normal(130, 16, seed: 4, shift: 1000, scale: { _ in 0.01 })
    )
    #expect(isDefinition(far, near))
    // All terms of a product are equal, and their roundings agree.
    let (flat, flatter) = (FeatureMatrix.normal(90, 1, seed: 5), FeatureMatrix.normal(110, 1, seed: 6))
    #expect(isDefinition(flat.repeated(1000), flatter.repeated(1000)))
    // Every boundary is met.
    #expect(isDefinition(a, a))
    #expect(values(scores(a, a)) == [1, 1, values(scores(a, a))[2], 1, 0])
  }

  @Test("ties and copies: images on a grid, one picture many times, constant features")
  func ties() {
    let grid = FeatureMatrix(rows: 96, columns: 3) { Float(($0 / [1, 4, 16][$1]) % 4) }
    let other = FeatureMatrix(rows: 80, columns: 3) { Float(($0 / [1, 4, 16][$1]) % 4) + ($1 == 0 ? 1 : 0) }
    for boundary in [BallBoundary.included, .excluded] {
      #expect(isDefinition(grid, other, boundary: boundary))
      #expect(isDefinition(other, grid, k: 1, boundary: boundary))
    }
    let constant = FeatureMatrix(rows: 30, columns: 5) { _, _ in 0.3 }
    #expect(values(scores(constant, constant)) == [1, 1, 10, 1, 0])
    #expect(scores(constant, constant).nearest.allSatisfy { $0 == (0, 0) })
    #expect(values(scores(constant, constant, boundary: .excluded)) == [0, 0, 0, 0, 0])
  }

  @Test("the nearest real image of each generated one, of copies the first")
  func nearest() throws {
    let fixture = try StatisticsFixture()
    let found = scores(fixture.generated, fixture.real).nearest
    let definition = Definition(generated: fixture.generated, real: fixture.real, k: 3).between
    for (row, nearest) in zip(definition, found) {
      #expect(nearest.index == row.indices.min { row[$0] < row[$1] })
      #expect(difference(nearest.distance, row[nearest.index]) < 1e-14)
    }
    #expect(found[11].index == 5 && found[11].distance == 0)
  }

  @Test("numbers beyond single precision's products are compared exactly")
  func huge() {
    let a = FeatureMatrix.normal(40, 6, seed: 5, scale: { _ in 1e30 })
    let b = FeatureMatrix.normal(50, 6, seed: 6, scale: { _ in 1e30 })
    #expect(isDefinition(a, b))
    let kernel = scores(a, b).kernelDistance
    let subset = KernelSubsets.Plan(generated: Array(0..<40), real: Array(0..<50))
    let expected = KernelSubsets(generated: a.tensor, real: b.tensor, plan: subset, pool: one).value
    #expect(difference(kernel?.value ?? 0, expected) < 1e-9)
  }

  @Test("fewer images than neighbours: every ball is the whole space")
  func few() {
    let (a, b) = (FeatureMatrix.normal(2, 4, seed: 7), FeatureMatrix.normal(3, 4, seed: 8))
    #expect(values(scores(a, b))[0...1] == [1, 1])
    #expect(scores(FeatureMatrix.normal(1, 4, seed: 7), b).neighbours.precision.estimate.standardError == nil)
  }

  @Test("bits depend neither on threads, nor on shares of rows, nor on the parts in which columns come")
  func shares() {
    let (a, b) = (FeatureMatrix.normal(700, 24, seed: 9), FeatureMatrix.normal(530, 24, seed: 10, shift: 0.1))
    let expected = scores(a, b)
    #expect(scores(a, b, threads: 3) == expected)
    let (fakeGroups, realGroups) = (Groups(of: 700), Groups(of: 530))
    func own(_ set: FeatureMatrix, _ rows: Range<Int>, _ groups: Groups, parts: [Int]) -> OwnNeighbours {
      let pass = OwnNeighbours(
        rows: FeatureRows(set.tensor[rows: rows], first: rows.lowerBound), groups: groups, neighbours: 3,
        center: b.mean,
        pool: one)
      for (start, end) in zip(parts, parts.dropFirst()) {
        pass.add(columns: FeatureRows(set.tensor[rows: start..<end], first: start))
      }
      return pass
    }
    let fakes = [0..<301, 301..<700].map { own(a, $0, fakeGroups, parts: [0, 1, 450, 700]) }
    let reals = [0..<20, 20..<530].map { own(b, $0, realGroups, parts: [0, 300, 530]) }
    let (realRadii, realNearest) = (reals.flatMap { $0.radii(3) }, reals.flatMap { $0.radii(1) })
    let crossed = [0..<301, 301..<700].enumerated().map { index, rows in
      let pass = CrossNeighbours(
        rows: FeatureRows(a.tensor[rows: rows], first: rows.lowerBound), radii: fakes[index].radii(3),
        realGroups: realGroups, center: b.mean, pool: pool(of: 2))
      for (start, end) in [(0, 7), (7, 520), (520, 530)] {
        pass.add(
          columns: FeatureRows(b.tensor[rows: start..<end], first: start), radii: Array(realRadii[start..<end]))
      }
      return pass
    }
    var (rows, columns) = (crossed[0].rows, crossed[1].columns)
    rows.append(crossed[1].rows)
    columns.merge(crossed[0].columns)
    let found = NeighbourScores(rows: rows, columns: columns, realRadii: realRadii, realNearest: realNearest, k: 3)
    #expect(found == expected.neighbours)
    let kernel = KernelDistance.all(
      generated: KernelSums(ofSamples: fakes.flatMap(\.kernelSums), rows: fakeGroups, columns: fakeGroups),
      real: KernelSums(ofSamples: reals.flatMap(\.kernelSums), rows: realGroups, columns: realGroups),
      crossed: KernelSums(ofSamples: rows.kernelSums, rows: fakeGroups, columns: realGroups))
    #expect(kernel == expected.kernelDistance)
  }

  @Test("a score's error is that of its groups")
  func errors() throws {
    let fixture = try StatisticsFixture()
    let found = scores(fixture.generated, fixture.real)
    let distances = Definition(generated: fixture.generated, real: fixture.real, k: 3)
    let held = distances.between.map { row in row.indices.contains { row[$0] <= distances.realRadii[$0] } ? 1.0 : 0 }
    // 20 groups of ten: the standard error of the groups' means.
    let means = (0..<20).map { held[$0 * 10..<$0 * 10 + 10].reduce(0, +) / 10 }
    let mean = means.reduce(0, +) / 20
    let error = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19 / 20).squareRoot()
    #expect(difference(found.neighbours.precision.estimate.standardError ?? 0, error) < 1e-12)
  }
}
