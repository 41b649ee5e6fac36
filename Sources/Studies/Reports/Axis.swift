internal import Foundation

/// How numbers lie along an axis.
public enum Scale: Sendable {
  /// From 0 or the least number.
  case linear
  /// Between round numbers around the least and the greatest one.
  case fitted
  /// By powers of 2 for ranks, or of 10.
  case logarithmic
  /// Bytes, by powers of 16.
  case bytes
}

/// Where numbers lie between two ends of a picture, and which of them are written there.
struct Axis {
  /// Numbers that have a mark.
  let marks: [Double]

  private let lower, upper: Double
  private let scale: Scale

  /// An axis for numbers.
  ///
  /// - Parameters:
  ///   - numbers: What has to fit; of a logarithmic axis those above 0.
  ///   - scale: How they lie.
  ///   - marks: Where marks go; else at round numbers.
  init(_ numbers: [Double], _ scale: Scale, marks: [Double]? = nil) {
    self.scale = scale
    let finite = numbers.filter { $0.isFinite && (scale == .linear || scale == .fitted || $0 > 0) }
    let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
    switch scale {
    case .linear:
      let top = most > 0 ? most : 1
      // Steps of 1, 2 or 5 times a power of ten, at most six of them.
      let rough = pow(10, floor(log10(top / 6)))
      let step = [1.0, 2, 5, 10].map { $0 * rough }.first { top / $0 <= 6.0001 } ?? top
      lower = min(0, least)
      upper = marks == nil ? step * ceil(top / step - 1e-9) : top
      self.marks = marks ?? stride(from: 0, through: upper + step / 2, by: step).map { $0 }
    case .fitted:
      // Numbers that are all the same, but for rounding, lie in the middle.
      let isFlat = most - least <= max(1e-9 * max(abs(most), abs(least)), 1e-200)
      let room = isFlat ? max(abs(most) / 10, 1e-3) : 0
      let step = Self.step((most - least + 2 * room) / 4)
      let (first, last) = (floor((least - room) / step + 1e-9), ceil((most + room) / step - 1e-9))
      (lower, upper) = (first * step, max(last, first + 1) * step)
      // Counted rather than added up, and without a negative zero.
      self.marks = marks ?? (0...Int(max(last - first, 1))).map { (first + Double($0)) * step + 0 }
    case .bytes:
      let first = Int((log2(max(least, 1)) / 4).rounded(.down))
      let last = max(Int((log2(max(most, 1)) / 4).rounded(.up)), first + 1)
      self.marks = (first...last).map { pow(16, Double($0)) }
      (lower, upper) = (least, most)
    case .logarithmic:
      if let marks {
        (lower, upper) = (min(least, marks.min() ?? least), max(most, marks.max() ?? most))
        self.marks = marks
      } else {
        let ends = (Int(floor(log10(least > 0 ? least : 1))), Int(ceil(log10(most > 0 ? most : 10))))
        self.marks = (ends.0...max(ends.1, ends.0 + 1)).map { pow(10, Double($0)) }
        (lower, upper) = (self.marks[0], self.marks[self.marks.count - 1])
      }
    }
  }

  /// The step of 1, 2 or 5 times a power of ten that is no less than a number.
  static func step(_ least: Double) -> Double {
    let rough = pow(10, floor(log10(least)))
    return [1.0, 2, 5, 10].map { $0 * rough }.first { $0 >= least * (1 - 1e-9) } ?? 10 * rough
  }

  /// The place of a number, 0 at the lower end and 1 at the upper one.
  func place(_ number: Double) -> Double {
    func spread(_ number: Double) -> Double {
      scale == .linear || scale == .fitted ? number : log(max(number, .leastNormalMagnitude))
    }
    let (from, to) = (spread(lower), spread(upper))
    return to > from ? (spread(number) - from) / (to - from) : 0.5
  }

  /// A number as short as it can be.
  func label(_ number: Double) -> String {
    if scale == .bytes {
      let unit = ["", " Ki", " Mi", " Gi", " Ti"].enumerated().last { pow(1024, Double($0.offset)) <= number }
      return String(format: "%.4g", number / pow(1024, Double(unit?.offset ?? 0))) + (unit?.element ?? "")
    }
    if number == number.rounded(), abs(number) < 1e6 { return String(format: "%.0f", number) }
    let text = String(format: abs(number) >= 1e6 || (number != 0 && abs(number) < 1e-3) ? "%.0e" : "%.4g", number)
    return text.replacing(/e([-+])0?/) { $0.1 == "-" ? "e-" : "e" }
  }
}
