/// The names that a wrong name may have been meant for.
public enum NearestName {
  /// The name most like `wrong`.
  ///
  /// Names are compared word by word, so that `batch-size` is near to `batch` and not to `latent-size`, and each word
  /// of one is held against its nearest of the other.
  ///
  /// - Parameters:
  ///   - wrong: What the user wrote.
  ///   - names: What there is; of equally near names the first is taken.
  /// - Returns: The nearest; `nil` if there are no names.
  public static func find(_ wrong: String, among names: [String]) -> String? {
    let written = words(wrong)
    return names.map { ($0, unlikeness(written, words($0))) }.min { $0.1 < $1.1 }?.0
  }

  /// Lowercase words, with usual abbreviations spelt out.
  private static func words(_ name: String) -> [String] {
    let abbreviations = [
      "g": ["generator"], "d": ["discriminator"], "lr": ["learning", "rate"], "sn": ["spectral", "norm"],
      "ema": ["average"], "bs": ["batch"], "ch": ["width"], "z": ["latent"], "eps": ["epsilon"],
    ]
    return name.lowercased().split { "-_. ".contains($0) }.flatMap { abbreviations[String($0)] ?? [String($0)] }
  }

  private static func unlikeness(_ a: [String], _ b: [String]) -> Double {
    func sum(_ a: [String], _ b: [String]) -> Double {
      a.reduce(0) { sum, word in sum + (b.map { unlikeness(word, $0) }.min() ?? 1) }
    }
    // Whole names count a little, too: of `batch` and `generator-batch`, the former is nearer to `bach`.
    return sum(a, b) + sum(b, a) + 0.1 * unlikeness(a.joined(separator: "-"), b.joined(separator: "-"))
  }

  /// The share of characters in which two words differ, 0…1.
  private static func unlikeness(_ a: String, _ b: String) -> Double {
    Double(editDistance(a, b)) / Double(max(a.count, b.count, 1))
  }

  /// The least number of characters to insert, delete, replace or exchange with the next that makes one text the other.
  ///
  /// Optimal string alignment: Levenshtein's distance with exchanged neighbours, the commonest slip, counted once.
  private static func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
