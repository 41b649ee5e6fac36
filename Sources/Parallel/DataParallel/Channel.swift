extension ReplicaGroup {
  /// Whose data a message carries; each channel is a communicator of its own, so their messages never match each other.
  ///
  /// The group has `control`; all others belong to its user, who numbers and names them.
  public struct Channel: Hashable, Sendable {
    /// Its place among the group's channels.
    let number: Int
    /// What is exchanged on it, for people: `the sum of the generator's gradients`.
    public let exchange: String

    /// The channel of a number, at least 1, on which `exchange` happens.
    public init(_ number: Int, _ exchange: String) {
      precondition(number > 0, "channel \(number); 0 is the group's own")
      (self.number, self.exchange) = (number, exchange)
    }

    private init() { (number, exchange) = (0, "an agreement of all ranks") }

    /// What steers the program: agreements, comparisons, messages to root.
    public static let control = Channel()
  }
}
