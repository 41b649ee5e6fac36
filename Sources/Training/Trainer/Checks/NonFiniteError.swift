public import Files

/// A run some of whose numbers are infinite or no numbers at all.
///
/// All ranks find it together, before anything is written that holds them.
public struct NonFiniteError: ReportedError {
  /// The first of them on the way that numbers take, for instance `'block0.conv1.weight' of the discriminator`.
  public let place: String
  /// The ranks that have them; empty for all ranks.
  public let ranks: [Int]
  /// The step in which they were found, counted from 1.
  public let step: Int

  /// What to do where all ranks have them, as a clause: their learning rates are too high.
  public var cure = "start a new run with lower learning rates"

  /// EX_SOFTWARE.
  public var exitCode: Int32 { 70 }

  /// The sentence that the user reads.
  public var description: String {
    let who = ranks.isEmpty ? "" : " on rank " + ranks.map(String.init).joined(separator: ", ")
    let cure = ranks.isEmpty ? cure : "check the memory of that host, then continue with --resume auto"
    return "NaN or infinity in step \(step), first in \(place)\(who); nothing of this step was written: \(cure)"
  }
}
