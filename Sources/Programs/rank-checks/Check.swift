import DataParallel

/// Something that must hold on any number of ranks; every rank runs it.
struct Check {
  /// What holds, as it is printed.
  let name: String
  /// On fewer ranks there is nothing to check.
  var leastRanks = 1
  /// Throws if it does not hold on this rank; ranks that then wait for its messages are ended by the watchdog.
  let run: (_ replicas: ReplicaGroup) throws -> Void
}

/// What a check found to be wrong.
struct CheckFailure: Error, CustomStringConvertible {
  let description: String
}

/// Throws `message` unless `condition` holds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  guard !condition else { return }
  throw CheckFailure(description: message())
}

/// Throws unless both sequences have the same elements; says where they first differ.
func expectEqual<Element: Equatable>(_ found: [Element], _ expected: [Element], _ what: String) throws {
  try expect(found.count == expected.count, "\(what): \(found.count) elements, expected \(expected.count)")
  guard let index = found.indices.first(where: { found[$0] != expected[$0] }) else { return }
  throw CheckFailure(description: "\(what)[\(index)] is \(found[index]), expected \(expected[index])")
}
