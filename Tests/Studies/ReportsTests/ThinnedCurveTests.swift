import Reports
import Testing

@Suite struct ThinnedCurveTests {
  @Test func fewPointsStayAsTheyAre() {
    var curve = ThinnedCurve(capacity: 64)
    for x in 0..<50 { curve.append(Double(x), Double(x * x)) }
    let points = curve.points(atMost: 100)
    #expect(points.map(\.x) == (0..<50).map(Double.init) && points.map(\.y) == (0..<50).map { Double($0 * $0) })
  }

  /// A single spike among a hundred thousand points, wherever it is, is drawn.
  @Test(arguments: [1, 2, 511, 512, 513, 1023, 1024, 1025, 65_535, 77_777, 99_998]) func extremesStay(place: Int) throws
  {
    var curve = ThinnedCurve()
    for x in 0..<100_000 { curve.append(Double(x), x == place ? 9 : x == place - 1 ? -9 : Double(x % 10) / 10) }
    for limit in [4, 12, 60, 400] {
      let points = curve.points(atMost: limit)
      #expect(points.count <= limit)
      #expect(points.contains { $0 == (Double(place), 9) } && points.contains { $0 == (Double(place - 1), -9) })
      #expect(points.first?.x == 0 && points.last?.x == 99_999)
      #expect(zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x })
    }
    let extremes = try #require(curve.extremes)
    #expect(extremes.greatest == (Double(place), 9) && extremes.least == (Double(place - 1), -9))
    #expect(curve.count == 100_000)
  }

  @Test func meansAreThoseOfAllPoints() {
    var curve = ThinnedCurve(capacity: 16)
    for x in 0..<1024 { curve.append(Double(x), x.isMultiple(of: 2) ? 1 : 3) }
    let means = curve.means(atMost: 4)
    #expect(means.count == 4 && means.allSatisfy { $0.y == 2 })
    #expect(means.map(\.x) == [127.5, 383.5, 639.5, 895.5])
  }

  @Test func whatCannotBeDrawnIsCounted() {
    var curve = ThinnedCurve()
    for value in [1, .nan, .infinity, -.infinity, 1e300, 2] { curve.append(0, value) }
    #expect(curve.count == 2 && curve.lost == 4)
    #expect(ThinnedCurve().points(atMost: 4).isEmpty && ThinnedCurve().extremes == nil)
  }
}
