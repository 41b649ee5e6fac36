/// The names of a chart's curves with what tells them apart.
enum CurveLegend {
  /// A list; names behind the colours that there are have those of the first again.
  static func html(_ names: [String]) -> HTML {
    let items = names.prefix(CurvePlan.most * 4).enumerated().map { index, name -> HTML in
      let path = CurveMark(index).path
      let color = ChartStyle.page.color(index)
      return """
        <li><svg viewBox="0 0 28 12" aria-hidden="true"><path d="M0 6h28" stroke="\(color)" stroke-width="2"/>\
        <path d="M14 6\(path)" fill="\(color)"/></svg>\(name)</li>
        """
    }
    return "<ul class=\"legend\">\(items)</ul>\n"
  }
}

extension LineChart {
  /// The chart as a figure of a page, with title and legend in words of the page.
  ///
  /// - Parameter description: What it shows, for those who do not see it.
  /// - Returns: A `figure`.
  package func figure(description: String) -> HTML {
    """
    <figure class="chart">
    <figcaption><h4>\(title)</h4>\(CurveLegend.html(names))</figcaption>
    \(.markup(drawn(.page, description: description)))</figure>

    """
  }
}
