/// What the images of one synthetic class have in common: a shape, how it is painted, and what is behind it.
///
/// Shape, paint and ground have ten values each; the first ten classes differ in all that can differ, the first thousand
/// in at least one of the three, and every further thousand puts one more dot on the upper edge.
struct SyntheticClass {
  /// The outline of the object.
  enum Kind: Int, CaseIterable {
    case disc, ring, square, frame, triangle, star, cross, crescent, bars, heart
  }

  /// A pattern, of the object's paint or of the ground.
  enum Pattern: Int, CaseIterable {
    case plain, rows, columns, dots, diagonals
  }

  /// The outline of the object.
  let kind: Kind
  /// Tenths of the way around the colour circle, the paint's hue.
  let hue: Int
  /// The pattern of the paint.
  let paint: Pattern
  /// Whether a line of the other shade runs along the outline.
  let isOutlined: Bool
  /// The pattern of the ground.
  let ground: Pattern
  /// Whether the ground is light and the object dark, or the other way round.
  let isLight: Bool
  /// Dots on the upper edge.
  let dots: Int

  /// The class with a label.
  init(_ label: Int) {
    let shape = label % 10
    let paint = (label / 10 + shape * 3) % 10
    let ground = label / 100 % 10
    kind = Kind.allCases[shape]
    hue = paint
    // The first ten classes differ in hue as well as in shape, and their paint is plain: small networks start easily.
    self.paint = Pattern.allCases[label / 10 % 5]
    isOutlined = label / 10 % 10 >= 5
    self.ground = Pattern.allCases[ground % 5]
    isLight = ground >= 5
    dots = label / 1000
  }

  /// For instance `green ring, rows on dark dots`.
  var name: String {
    "\(Self.hues[hue]) \(kind), \(paint)\(isOutlined ? " outlined" : "") on \(isLight ? "light" : "dark") \(ground)"
      + (dots > 0 ? ", \(dots) on top" : "")
  }

  private static let hues = [
    "red", "orange", "lime", "green", "mint", "cyan", "blue", "violet", "magenta", "pink",
  ]
}
