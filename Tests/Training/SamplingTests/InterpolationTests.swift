import Foundation
import Sampling
import TestSupport
import Testing

/// Rows from one sample to another.
@Suite struct InterpolationTests {
  private let selection = SampleSelection(classes: [2, 0, 1], perClass: 2)

  @Test func rowsOfLatentVectorsStayInTheirClass() throws {
    let interpolation = try Interpolation(.latent, selection, steps: 5)
    #expect(interpolation.rows.count == 6 && interpolation.count == 30)
    #expect(interpolation.labels(names: ["a", "b", "c"]) == ["c", "c", "a", "a", "b", "b"].map { [$0] })
    for (place, row) in interpolation.rows.enumerated() {
      #expect(row.first == Sample(label: [2, 0, 1][place / 2], number: 2 * (place % 2)))
      #expect(row.second == Sample(label: [2, 0, 1][place / 2], number: 2 * (place % 2) + 1))
    }
    #expect(
      interpolation[7]
        == Blend(interpolation.rows[1].first, interpolation.rows[1].second, latentShare: 0.5, classShare: 0))
  }

  @Test func rowsOfClassesGoThroughTheSelection() throws {
    let (classes, both) = (
      try Interpolation(.class, selection, steps: 3), try Interpolation(.both, selection, steps: 3)
    )
    #expect(classes.rows.count == 4)
    #expect(
      classes.labels(names: ["a", "b", "c"]) == [["c", "to a"], ["c", "to a"], ["a", "to b"], ["a", "to b"]])
    #expect(classes.description(names: nil).hasPrefix("class 2 to class 0, class 2 to class 0, "))
    #expect(
      classes[4] == Blend(Sample(label: 2, number: 1), Sample(label: 0, number: 1), latentShare: 0, classShare: 0.5))
    #expect(
      both[4] == Blend(Sample(label: 2, number: 1), Sample(label: 0, number: 1), latentShare: 0.5, classShare: 0.5))
    #expect(both[11].latentShare == 1 && both[11].classShare == 1)
  }

  @Test func oneClassAloneGoesNowhere() throws {
    let single = SampleSelection(classes: [1], perClass: 1)
    expectError(78, mentions: ["two classes", "--interpolate class"]) { try Interpolation(.class, single, steps: 3) }
    #expect(try Interpolation(.latent, single, steps: 2).count == 2)
  }

  /// Bits do not depend on the way that leads to a sample, on threads, or on what is drawn beside it.
  @Test func endsAreSamplesToTheBit() throws {
    let sampler = SmallGenerator.sampler()
    for kind in Interpolation.Kind.allCases {
      let interpolation = try Interpolation(kind, selection, steps: 4)
      let drawn = SmallGenerator.images(sampler, interpolation.count) { interpolation[$0] }
      let ends = SmallGenerator.images(sampler, 2 * interpolation.rows.count) { index in
        let row = interpolation.rows[index / 2]
        guard index % 2 == 1 else { return row.first }
        return row.second
      }
      let threaded = SmallGenerator.images(SmallGenerator.sampler(threads: 3), interpolation.count) {
        interpolation[$0]
      }
      #expect(threaded == drawn, "\(kind)")
      for row in interpolation.rows.indices {
        let images = drawn[4 * row..<4 * row + 4]
        #expect(images.first == ends[2 * row], "\(kind)")
        // Rows of classes keep the latent vector of their first sample.
        if kind != .class { #expect(images.last == ends[2 * row + 1], "\(kind)") }
        #expect(Set(images).count == 4, "\(kind): every step differs")
      }
    }
  }

  @Test func halfwayIsNeitherEnd() throws {
    let sampler = SmallGenerator.sampler()
    let (a, b) = (Sample(label: 0, number: 0), Sample(label: 1, number: 0))
    let images = SmallGenerator.images(sampler, 5) { Blend(a, b, latentShare: 0, classShare: Double($0) / 4) }
    func distance(_ x: [Float], _ y: [Float]) -> Float { zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    // Each step is smaller than the whole way: classes are joined, and not switched.
    for step in 0..<4 { #expect(distance(images[step], images[step + 1]) < 0.5 * distance(images[0], images[4])) }
  }
}

/// Means along great circles.
@Suite struct SphericalMeanTests {
  private func norm(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

  @Test func followsTheCircle() {
    let (a, b): ([Float], [Float]) = ([2, 0, 0], [0, 2, 0])
    for step in 0...8 {
      let mean = sphericalMean(a, b, Double(step) / 8)
      let angle = Double(step) * .pi / 16
      // The functions of angles are rounded to single precision.
      for (x, y) in zip(mean, [2 * cos(angle), 2 * cos(.pi / 2 - angle), 0]) { #expect(abs(Double(x) - y) < 1e-6) }
      #expect(abs(norm(mean) - 2) < 1e-6)
    }
    #expect(sphericalMean(a, b, 0) == a && sphericalMean(a, b, 1) == b)
  }

  /// In Python, with O = math.acos(sum(x * y for x, y in zip(a, b)) / math.hypot(*a) / math.hypot(*b)):
  /// [(math.sin((1 - t) * O) * x + math.sin(t * O) * y) / math.sin(O) for x, y in zip(a, b)].
  @Test func agreesWithPython() {
    let mean = sphericalMean([1, 2, 3], [-2, 0.5, 1], 0.3)
    for (x, y) in zip(mean, [0.0251927947, 1.8550592420, 2.8828485104]) { #expect(abs(Double(x) - y) < 1e-6) }
  }

  @Test(arguments: [0, 0.25, 0.5, 1.0]) func parallelOppositeAndZeroVectorsAreJoinedByTheLine(t: Double) {
    let a: [Float] = [1, -2, 0.5]
    for factor: Float in [1, 3, -1, -2, 0] {
      let b = a.map { factor * $0 }
      let mean = sphericalMean(a, b, t)
      for (x, y) in zip(mean, zip(a, b).map({ (1 - t) * Double($0) + t * Double($1) })) {
        #expect(abs(Double(x) - y) < 1e-6, "\(factor)")
      }
    }
  }
}
