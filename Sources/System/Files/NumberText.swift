internal import Foundation

/// A whole number with commas between thousands.
package func grouped(_ number: Int) -> String {
  var digits = Array(String(number))
  for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
  return String(digits)
}

/// A number of things that take an s in the plural, for instance `1 rank` or `2 ranks`.
package func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// Bytes in MiB, rounded up.
package func mebibytes(_ bytes: Int) -> String { grouped((bytes + (1 << 20) - 1) >> 20) }

/// A time in words, for instance `11 min`.
package func timeText(seconds: Double) -> String {
  guard seconds < 1e12 else { return "–" }
  let total = Int(seconds.rounded())
  if total < 120 { return "\(total) s" }
  if total < 7200 { return "\(total / 60) min" }
  return total < 172_800
    ? "\(total / 3600) h \(total % 3600 / 60) min" : "\(total / 86_400) d \(total % 86_400 / 3600) h"
}

/// A number with so many digits behind the point.
package func fixed(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }

/// A step's number as it stands in file names, for instance `00001000`.
package func zeroPadded(_ step: Int) -> String {
  let digits = String(step)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}
