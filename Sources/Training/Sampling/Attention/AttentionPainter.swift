internal import Files
internal import Images

/// Paints the parts of an attention figure.
struct AttentionPainter {
  private let shown: AttentionSet
  private let layout: AttentionFigure.Layout
  private(set) var canvas: Canvas

  /// Colours that colour-blind people tell apart (Okabe and Ito), bright enough for dark maps.
  static let colours = [
    Colour(red: 230, green: 159, blue: 0), Colour(red: 86, green: 180, blue: 233),
    Colour(red: 0, green: 190, blue: 130),
    Colour(red: 240, green: 228, blue: 66), Colour(red: 230, green: 90, blue: 40),
    Colour(red: 204, green: 121, blue: 167),
    Colour(red: 70, green: 110, blue: 230), Colour(red: 235, green: 235, blue: 235),
  ]

  /// White paper.
  init(_ shown: AttentionSet, _ layout: AttentionFigure.Layout) {
    (self.shown, self.layout) = (shown, layout)
    canvas = Canvas(width: layout.width, height: layout.height)
  }

  /// Writes titles, names of classes and the legend.
  mutating func writeTexts() {
    let (margin, letters) = (AttentionFigure.Layout.margin, layout.letters)
    for (block, layer) in shown.layers.enumerated() {
      canvas.text(
        "\(layer.name): map \(layer.side) x \(layer.side), keys \(layer.side / 2) x \(layer.side / 2), "
          + "gamma \(shortened(Double(layer.gamma)))", margin, layout.title(block), scale: letters)
      for image in 0..<shown.count {
        let text = PixelFont.fitted(shown.name(image), width: AttentionFigure.Layout.labelWidth)
        let y = layout.position(block: block, row: image, column: 0).y + (layout.side - layout.line) / 2
        canvas.text(text, margin, y, scale: letters)
      }
    }
    let first = layout.title(layout.blocks) + AttentionFigure.Layout.gap
    for (number, text) in layout.lines.enumerated() {
      canvas.text(text, margin, first + number * layout.line, scale: letters)
    }
  }

  /// Paints the row of an image.
  mutating func paint(_ image: Int, block: Int, _ queries: [Int]) {
    let size = shown.resolution * shown.resolution * shown.channels
    let pixels = shown.pixels[image * size..<(image + 1) * size]
    let origin = layout.position(block: block, row: image, column: 0)
    canvas.blit(
      pixels, width: shown.resolution, channels: shown.channels, origin.x, origin.y, scale: layout.scale)
    let map = AttentionMap(shown.layers[block], image: image)
    for (number, query) in queries.enumerated() {
      let panel = layout.position(block: block, row: image, column: number + 1)
      let colour = Self.colours[number % Self.colours.count]
      paint(map, query, pixels, at: panel)
      let (from, to) = (middle(of: query, map), map.gathering(of: query))
      let start = place(from, panel)
      arrow(from: start, to: place(to, panel), colour)
      dot(start, colour)
      dot(place(from, origin), colour)
      let peak = Double(map.row(query).max() ?? 0)
      canvas.text(
        "\(shortened(100 * peak))%", panel.x, panel.y + layout.side + layout.letters, scale: layout.letters)
    }
  }

  // MARK: Maps

  /// Lays a query's weights over the image, which is darkened and grey.
  private mutating func paint(
    _ map: AttentionMap, _ query: Int, _ pixels: ArraySlice<UInt8>, at panel: (x: Int, y: Int)
  ) {
    let row = map.row(query)
    let largest = Double(row.max() ?? 0)
    let (resolution, channels, scale) = (shown.resolution, shown.channels, layout.scale)
    let step = Double(map.keys) / Double(layout.side)
    for y in 0..<layout.side {
      for x in 0..<layout.side {
        let place = pixels.startIndex + (y / scale * resolution + x / scale) * channels
        let grey: Double =
          channels == 1
          ? Double(pixels[place])
          : Double(
            Colour(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2]).brightness)
        let weight = map.weight(row, x: (Double(x) + 0.5) * step, y: (Double(y) + 0.5) * step)
        canvas.set(panel.x + x, panel.y + y, Self.heat(largest > 0 ? weight / largest : 0, over: grey))
      }
    }
  }

  /// A colour from black over red and yellow to white, mixed with the image below.
  private static func heat(_ weight: Double, over grey: Double) -> Colour {
    let base = 0.55 * grey
    let stops = [
      (20.0, 12.0, 60.0), (140.0, 30.0, 90.0), (230.0, 90.0, 30.0), (252.0, 200.0, 60.0), (255.0, 255.0, 220.0),
    ]
    let place = min(max(weight, 0), 1) * Double(stops.count - 1)
    let low = min(Int(place), stops.count - 2)
    let t = place - Double(low)
    let (a, b) = (stops[low], stops[low + 1])
    let share = 0.35 + 0.4 * weight
    func mixed(_ a: Double, _ b: Double) -> UInt8 {
      UInt8(min(max((1 - share) * base + share * (a + t * (b - a)), 0), 255))
    }
    return Colour(red: mixed(a.0, b.0), green: mixed(a.1, b.1), blue: mixed(a.2, b.2))
  }

  // MARK: Points and arrows

  /// The middle of a query, as parts of the side.
  private func middle(of query: Int, _ map: AttentionMap) -> (x: Double, y: Double) {
    ((Double(query % map.side) + 0.5) / Double(map.side), (Double(query / map.side) + 0.5) / Double(map.side))
  }

  private func place(_ part: (x: Double, y: Double), _ panel: (x: Int, y: Int)) -> (x: Int, y: Int) {
    (panel.x + Int(part.x * Double(layout.side)), panel.y + Int(part.y * Double(layout.side)))
  }

  /// Thickness of lines.
  private var pen: Int { max(1, layout.side / 64) }

  private mutating func dot(_ middle: (x: Int, y: Int), _ colour: Colour) {
    canvas.disc(middle.x, middle.y, radius: 2 * pen + 1, .black)
    canvas.disc(middle.x, middle.y, radius: 2 * pen, colour)
  }

  /// Draws an arrow with a black rim; none where both ends are within the dot.
  private mutating func arrow(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ colour: Colour) {
    let (across, down) = (Double(end.x - start.x), Double(end.y - start.y))
    let length = (across * across + down * down).squareRoot()
    guard length > Double(3 * pen) else { return }
    let (ux, uy) = (across / length, down / length)
    let head = min(Double(5 * pen), length / 2)
    let wings = [1.0, -1.0].map { turn -> (x: Int, y: Int) in
      let (x, y) = (-ux * 0.85 - turn * uy * 0.55, -uy * 0.85 + turn * ux * 0.55)
      return (end.x + Int((x * head).rounded()), end.y + Int((y * head).rounded()))
    }
    for (thickness, ink) in [(pen + 2, Colour.black), (pen, colour)] {
      canvas.line(from: start, to: end, thickness: thickness, ink)
      for wing in wings { canvas.line(from: end, to: wing, thickness: thickness, ink) }
    }
  }
}

/// A number with three digits that count.
private func shortened(_ number: Double) -> String {
  let size = abs(number)
  guard size.isFinite, size >= 0.0005 else { return "0" }
  let decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  let factor = [1.0, 10, 100, 1000][decimals]
  let whole = Int((size * factor).rounded())
  let sign = number < 0 ? "-" : ""
  guard decimals > 0 else { return "\(sign)\(whole)" }
  let fraction = String(whole % Int(factor))
  return "\(sign)\(whole / Int(factor)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}
