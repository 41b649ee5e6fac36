public import ArgumentParser
import Configuration
import Files
import Sampling

extension Interpolation.Kind: ExpressibleByArgument {}

/// What the picture of `sagan sample` shows, and how it looks.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rows that change step by step: latent, from one latent vector to another; class, from one class to the next; both.",
      valueName: "latent|class|both"))
  var interpolate: Interpolation.Kind?

  @Option(
    help: "Samples of such a row, both ends included (default: \(usualSteps)).",
    transform: Int.reading)
  var steps: Int?

  @Option(
    defaultAsFlag: 3, parsing: .next,
    help: ArgumentHelp(
      "Put the K nearest training images beside each sample, by the features of --extractor and by pixels.",
      valueName: "K"))
  var neighbours: Int?

  @Option(
    help: ArgumentHelp(
      "Network of these features, as of sagan evaluate (default: the run's, else classifier).",
      valueName: "NAME"))
  var extractor: ExtractorOption?

  @OptionGroup var data: DataOptions

  @Option(
    help: "Whole factor by which the picture's pixels are enlarged; they stay sharp (default: 1).",
    transform: Int.reading)
  var scale = 1

  @Flag(help: "Write the names of classes beside the rows.")
  var label = false

  static let usualSteps = 8

  /// How the picture looks.
  var style: PictureStyle {
    var style = PictureStyle()
    (style.scale, style.isLabelled) = (scale, label)
    return style
  }

  /// Checks what goes together.
  ///
  /// - Parameters:
  ///   - hasPicture: Whether there is a picture.
  ///   - hasOthers: Whether other files are written, too.
  /// - Throws: `ValidationError` if something does not.
  func check(hasPicture: Bool, hasOthers: Bool) throws {
    for (option, value, range) in [
      ("--steps", steps, 2...100), ("--neighbours", neighbours, 1...16), ("--scale", scale, 1...32),
    ] {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError(
        "expected \(option) from \(range.lowerBound) to \(range.upperBound) and found \(value)")
    }
    let ofPicture = [
      ("--interpolate", interpolate != nil), ("--neighbours", neighbours != nil),
      ("--scale", scale != 1),
      ("--label", label),
    ]
    if !hasPicture, let (option, _) = ofPicture.first(where: { $0.1 }) {
      throw ValidationError(
        "expected --out FILE.png beside \(option), the picture that it is about")
    }
    guard interpolate == nil || neighbours == nil else {
      throw ValidationError(
        "expected --interpolate or --neighbours and found both; draw two pictures")
    }
    if hasOthers, let (option, _) = ofPicture.prefix(2).first(where: { $0.1 }) {
      throw ValidationError(
        "expected --out alone beside \(option) and found --images, --npz or --tensors, too; write these by another command"
      )
    }
    guard steps == nil || interpolate != nil else {
      throw ValidationError("expected --interpolate latent, class or both beside --steps")
    }
    let ofNeighbours = [
      ("--extractor", extractor == nil ? nil : ""), ("--data", data.data.map { " " + $0 }),
      ("--cache", data.cache.map { " " + $0 }),
    ]
    for (option, value) in ofNeighbours {
      guard neighbours == nil, let value else { continue }
      throw ValidationError(
        "expected --neighbours beside \(option)\(value), as samples alone need no data set".shown)
    }
    try ExtractorOption.check(extractor, like: nil)
  }
}
