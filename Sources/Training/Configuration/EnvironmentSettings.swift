extension SettingAssignment {
  /// The environment's variable that says how convolutions are computed where nobody chooses: for whole test suites.
  public static let convolutionVariable = "SAGAN_CONV"

  /// What the variables of a process say about settings that nobody chooses.
  public static func inEnvironment(_ variables: [String: String]) -> [SettingAssignment] {
    variables[convolutionVariable].map { [SettingAssignment(key: "conv", value: $0, origin: convolutionVariable)] }
      ?? []
  }
}
