internal import Files
internal import Foundation

/// The head of a page: title, policy and style.
package enum PageHead {
  /// The element.
  ///
  /// Nothing from outside is allowed, and of what is inside no style or program but these.
  ///
  /// - Parameters:
  ///   - title: The page's title.
  ///   - generator: The program's name and version.
  ///   - script: The program that runs in the page; none where `nil`.
  /// - Returns: A `head`.
  package static func html(title: String, generator: String, runs script: String? = nil) -> HTML {
    let scripts = script.map { " script-src '\(digest($0))';" } ?? ""
    let policy =
      "default-src 'none'; img-src data:; style-src '\(digest(PageStyle.sheet))';\(scripts) base-uri 'none'; form-action 'none'"
    return """
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(.markup(policy))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="\(generator)">
      <title>\(title) – sagan report</title>
      <link rel="icon" href="data:,">
      <style>\(.markup(PageStyle.sheet))</style>
      </head>
      """
  }

  /// A text's checksum as a content security policy names it.
  private static func digest(_ text: String) -> String {
    var hash = SHA256()
    hash.update(Array(text.utf8))
    let digits = Array(hash.hexadecimal)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    return "sha256-" + Data(bytes).base64EncodedString()
  }
}
