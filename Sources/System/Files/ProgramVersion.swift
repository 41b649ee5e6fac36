/// Which program this is.
public enum ProgramVersion {
  /// The release, as CHANGELOG.md describes it; checkpoints, protocols of scores and benchmarks name it.
  public static let number = "0.1.0"
}
