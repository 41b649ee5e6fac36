internal import Files
internal import Reports

/// A report as a page that needs nothing but itself.
struct PageReport {
  private let title: String
  private let program: String
  private let blocks: [ReportBlock]

  /// Characters that all pictures of a page may take.
  private static let pictures = 3_500_000

  /// A page.
  ///
  /// - Parameters:
  ///   - title: Its title; the first heading of the first rank is left to it.
  ///   - program: The program's name and version.
  ///   - blocks: What it says.
  init(title: String, program: String, _ blocks: [ReportBlock]) {
    (self.title, self.program, self.blocks) = (title, program, blocks)
  }

  /// The file's contents.
  var text: String {
    let count = blocks.reduce(0) { count, block in
      if case .pictures(let pictures) = block { count + pictures.count } else { count }
    }
    let room = Self.pictures / max(count, 1) / 4 * 3
    var content = HTML.empty
    var isOpen = false
    var links: [HTML] = []
    for block in blocks {
      switch block {
      case .heading(1, _): continue
      case .heading(2, let words):
        if isOpen { content += "</section>\n" }
        isOpen = true
        let identifier = "s\(links.count + 1)"
        links.append("<li><a href=\"#\(identifier)\">\(words)</a></li>\n")
        content += """
          <section id="\(identifier)" aria-labelledby="\(identifier)-title">
          <h2 id="\(identifier)-title">\(words)</h2>

          """
      default: content += Self.html(block, room: room)
      }
    }
    if isOpen { content += "</section>\n" }
    let page: HTML = """
      \(.markup(ReportPage.beginning))<html lang="en">
      \(PageHead.html(title: title, generator: program))
      <body>
      <a class="skip" href="#s1">Skip to the content</a>
      <header>
      <h1>\(title)</h1>
      </header>
      <nav aria-label="Sections"><ul>
      \(links)</ul></nav>
      <main>
      \(content)</main>
      <footer><p class="faint">Made by \(program). This page holds all that it shows, and asks no network for anything.</p></footer>
      </body>
      </html>

      """
    return page.text
  }

  private static func html(_ block: ReportBlock, room: Int) -> HTML {
    switch block {
    case .heading(_, let words): return "<h3>\(words)</h3>\n"
    case .paragraph(let words): return "<p>\(words)</p>\n"
    case .list(let items):
      let rows = items.map { item -> HTML in "<li>\(item)</li>\n" }
      return "<ul>\n\(rows)</ul>\n"
    case .table(let label, let head, let rows):
      return .table(
        label, head: head.map { words -> HTML in "\(words)" },
        rows: rows.map { $0.map { words -> HTML in "\(words)" } })
    case .charts(let charts):
      let figures = charts.map { $0.chart.figure(description: $0.words) }
      return "<div class=\"charts\">\n\(figures)</div>\n"
    case .pictures(let pictures):
      let figures = pictures.map { figure($0, room: room) }
      return "<div class=\"runs\">\n\(figures)</div>\n"
    case .commands(let lines):
      let text = lines.map { line -> HTML in "\(line)\n" }
      return "<pre tabindex=\"0\"><code>\(text)</code></pre>\n"
    }
  }

  private static func figure(_ picture: ReportBlock.Picture, room: Int) -> HTML {
    guard let element = try? PagePicture(picture.png, name: picture.caption, limit: room) else {
      return "<p>A picture cannot be read: \(picture.caption)</p>\n"
    }
    return """
      <figure>
      \(element.element(alt: picture.alt, around: 400))
      <figcaption>\(picture.caption)</figcaption>
      </figure>

      """
  }
}
