internal import Files

/// How a peer names its tensors, lays them out, and means them.
protocol PeerScheme: Sendable {
  /// What the generator in a file looks like.
  ///
  /// - Throws: `FileError` if it holds something else, or what this program cannot represent, by name.
  func generator(in file: PeerFile) throws(FileError) -> GeneratorShape

  /// What the discriminator in a file looks like.
  ///
  /// - Throws: `FileError` if it holds something else, or what this program cannot represent, by name.
  func discriminator(in file: PeerFile) throws(FileError) -> DiscriminatorShape

  /// Whether the peer keeps u alone and finds σ by one power iteration from it in every pass.
  var iterates: Bool { get }

  /// The numbers of one of our tensors.
  ///
  /// - Parameters:
  ///   - tensor: Its place.
  ///   - shape: Its extents in our files.
  ///   - side: The network that it belongs to.
  ///   - file: The peer's.
  /// - Returns: All elements in the order of our files; `nil` for what follows from the rest.
  /// - Throws: `FileError` if something is missing or of another shape.
  func numbers(
    of tensor: TensorName, shape: [Int], _ side: NetworkSide, in file: PeerFile
  ) throws(FileError) -> [Float]?

  /// Whether a tensor that nothing was made of decides nothing: a counter, for instance.
  func isIdle(_ name: String) -> Bool
}

extension PeerFile {
  /// How many modules there are whose weights have names of a kind, counted from 0.
  ///
  /// - Parameter name: The name of the weight of number n.
  /// - Returns: The first number without one.
  func count(of name: (Int) -> String) -> Int { (0..<64).first { !has(name($0)) } ?? 64 }
}
