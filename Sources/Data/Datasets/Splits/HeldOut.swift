/// The share of a data set that training never reads, so that scores can be taken against images that were not learned.
///
/// An image belongs to it by its pixels alone: whatever its name, class and neighbours, and whatever else is added to the data
/// set. Equal images are on one side.
public struct HeldOut: Hashable, Sendable, CustomStringConvertible {
  /// Of a million images, how many are held out on average.
  public let perMillion: Int

  /// What can be written, for messages and help.
  public static let range = "a percentage above 0 up to 50"

  /// Reads a text such as `10%` or `2.5%`; `nil` for others.
  public init?(parsing text: String) {
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 50,
      text.dropLast().utf8.allSatisfy({
        $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      })
    else { return nil }
    perMillion = max(1, Int((percent * 10_000).rounded()))
  }

  /// The text that `init(parsing:)` reads.
  public var description: String {
    let (whole, rest) = perMillion.quotientAndRemainder(dividingBy: 10_000)
    guard rest > 0 else { return "\(whole)%" }
    var digits = String(rest + 10_000).dropFirst()
    while digits.hasSuffix("0") { digits = digits.dropLast() }
    return "\(whole).\(digits)%"
  }

  /// Whether an image is held out.
  ///
  /// - Parameter hash: 64 bits of a checksum of its pixels.
  /// - Returns: Whether it is.
  func contains(hash: UInt64) -> Bool { hash.multipliedFullWidth(by: 1_000_000).high < UInt64(perMillion) }
}

/// The part of a data set that is asked for.
public enum DataPart: Hashable, Sendable {
  /// All images.
  case all
  /// What training may read when a share is held out.
  case kept(HeldOut)
  /// What it may not.
  case heldOut(HeldOut)

  /// The share that is held out, if any is.
  var share: HeldOut? {
    switch self {
    case .all: nil
    case .kept(let share), .heldOut(let share): share
    }
  }
}
