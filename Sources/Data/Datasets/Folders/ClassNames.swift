/// The names of as many classes as were asked for.
///
/// - Parameters:
///   - names: The data set's own.
///   - wanted: How many classes a network shall have; as many as there are names where `nil`.
///   - largest: The largest label in the data set.
///   - source: What error messages call the data set.
/// - Returns: `wanted` names; classes that the data set does not know are called by their number.
/// - Throws: `DatasetError` when a label would have no class.
func classNames(
  _ names: [String], wanted: Int?, largest: Int, of source: String
) throws(DatasetError) -> [String] {
  let count = wanted ?? names.count
  guard count > largest else {
    throw DatasetError(
      .configuration,
      "expected labels below the \(count) classes asked for and found the label \(largest) in \(source); ask for at "
        + "least \(largest + 1) classes")
  }
  return (0..<count).map { $0 < names.count ? names[$0] : "class \($0)" }
}
