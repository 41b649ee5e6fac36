internal import Files

/// The files of a peer's run: the generator, and what lies beside it.
public struct PeerFiles: Sendable {
  /// Which file holds a network.
  public enum Choice: Sendable, Equatable {
    /// The one beside the generator's that is named as the peer names it, if there is one.
    case beside
    /// None.
    case none
    /// This one.
    case file(String)
  }

  /// The generator's file.
  public let generator: String
  /// The discriminator's.
  public let discriminator: String?
  /// The moving average's.
  public let average: String?

  /// Finds the files.
  ///
  /// - Parameters:
  ///   - generator: The generator's, or that of its moving average.
  ///   - discriminator: The discriminator's.
  ///   - average: The moving average's.
  ///   - peer: Who names files.
  public init(_ generator: String, discriminator: Choice, average: Choice, of peer: Peer) {
    let (folder, name) = Directory.split(generator)
    let names = FileNames(name, of: peer)
    func chosen(_ choice: Choice, _ name: String?) -> String? {
      switch choice {
      case .none: return nil
      case .file(let path): return path
      case .beside:
        guard let name else { return nil }
        let path = folder == "." && !generator.hasPrefix("./") ? name : folder + "/" + name
        // Nobody has named it: a link could lead anywhere.
        return FileStatus(path) == nil || Directory.isLink(path) ? nil : path
      }
    }
    // Who names the average means the run that it is of.
    self.generator = names.isAverage ? chosen(.beside, names.generator) ?? generator : generator
    self.discriminator = chosen(discriminator, names.discriminator)
    self.average = names.isAverage && average == .beside ? generator : chosen(average, names.average)
  }
}

/// How peers name the files of one checkpoint.
private struct FileNames {
  var generator: String?
  var discriminator: String?
  var average: String?
  var isAverage = false

  init(_ name: String, of peer: Peer) {
    let (plain, averaged, other) =
      switch peer {
      case .bigGAN: ("G", "G_ema", "D")
      case .studioGAN: ("model=G-", "model=G_ema-", "model=D-")
      case .mimicry: ("netG_", "netG_ema_", "netD_")
      case .sagan: ("generator.", "generator-average.", "discriminator.")
      }
    for (prefix, isAverage) in [(averaged, true), (plain, false)] where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      self.isAverage = isAverage
      (generator, average, discriminator) = (plain + rest, averaged + rest, other + rest)
      return
    }
  }
}
