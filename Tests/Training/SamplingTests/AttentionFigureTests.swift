import Images
import Sampling
import Testing

/// Where an attention figure shows what.
@Suite struct AttentionFigureTests {
  /// One black image of 16 × 16 in front of a map of 8 × 8, whose keys are 4 × 4: query 0 looks at the last key alone, all others
  /// at the first.
  private static let shown = AttentionSet(
    grey: [UInt8](repeating: 0, count: 256), resolution: 16,
    [
      .init(
        name: "layer", side: 8, gamma: 0.5,
        weights: (0..<64).flatMap { q in (0..<16).map { $0 == (q == 0 ? 15 : 0) ? 1 : 0 } })
    ])

  private func brightness(_ picture: DecodedImage, _ x: Int, _ y: Int) -> Int {
    (0..<3).reduce(0) { $0 + Int(picture.pixels[(y * picture.width + x) * 3 + $1]) }
  }

  private func colour(_ picture: DecodedImage, _ x: Int, _ y: Int) -> [UInt8] {
    Array(picture.pixels[(y * picture.width + x) * 3..<(y * picture.width + x) * 3 + 3])
  }

  @Test func mapsDotsAndArrowsAreInTheirPlaces() throws {
    let figure = try AttentionFigure(Self.shown, .at([.init(x: 0, y: 0), .init(x: 15, y: 15)]), scale: 8)
    #expect(figure.queries == [[[0, 63]]])
    let picture = try PNG.decode(try figure.png())
    let side = figure.layout.side
    #expect(side == 128)
    let panels = (0...2).map { figure.layout.position(block: 0, row: 0, column: $0) }
    // The last key's middle is seven eighths of the way; the arrow ends there, so look beside it.
    func at(_ panel: Int, _ right: Int, _ down: Int) -> (Int, Int) { (panels[panel].x + right, panels[panel].y + down) }
    let (bright, dark) = (at(1, 126, 106), at(1, 40, 100))
    #expect(brightness(picture, bright.0, bright.1) > 3 * brightness(picture, dark.0, dark.1))
    let (other, otherDark) = (at(2, 2, 22), at(2, 88, 28))
    #expect(brightness(picture, other.0, other.1) > 3 * brightness(picture, otherDark.0, otherDark.1))
    // Dots of both points in the image itself, each in its colour, and in its own map alone.
    let (first, second) = (
      colour(picture, at(1, 8, 8).0, at(1, 8, 8).1), colour(picture, at(2, 120, 120).0, at(2, 120, 120).1)
    )
    #expect(first != second && first != [0, 0, 0])
    #expect(colour(picture, at(0, 8, 8).0, at(0, 8, 8).1) == first)
    #expect(colour(picture, at(0, 120, 120).0, at(0, 120, 120).1) == second)
    // The arrow's line passes the middle of its map; nothing does in the image.
    let middles = (0...2).map { colour(picture, at($0, 60, 60).0, at($0, 60, 60).1) }
    #expect(middles == [[0, 0, 0], first, second])
  }

  @Test func aPointThatLooksAtItselfHasNoArrow() throws {
    let figure = try AttentionFigure(Self.shown, .at([.init(x: 3, y: 3)]), scale: 8)
    let picture = try PNG.decode(try figure.png())
    let panel = figure.layout.position(block: 0, row: 0, column: 1)
    let dot = colour(picture, panel.x + 24, panel.y + 24)
    let farthest = (0..<128 * 128).filter { colour(picture, panel.x + $0 % 128, panel.y + $0 / 128) == dot }
      .map { max(abs($0 % 128 - 24), abs($0 / 128 - 24)) }.max()
    #expect((farthest ?? 99) < 12)
  }
}
