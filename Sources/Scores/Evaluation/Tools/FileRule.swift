/// Which files of a folder or a zip file are images of a side, and in which order they come.
struct FileRule: Sendable, Equatable {
  /// Endings without the dot.
  private let endings: Set<String>
  /// Whether capital letters count: `.PNG` is no `.png`.
  private let isExact: Bool
  /// Whether folders of the folder are looked into.
  let isRecursive: Bool
  /// Whether names that begin with a dot count.
  let takesHidden: Bool
  /// Whether links to folders are followed.
  let followsLinks: Bool
  /// Whether files are in the order of their paths without links, and not of their names.
  let sortsByRealPath: Bool

  /// What this program reads: JPEG and PNG.
  private static let readable: Set<String> = ["png", "jpg", "jpeg"]
  /// What Pillow reads, of what is found in folders.
  private static let pillow: Set<String> = readable.union(["bmp", "pgm", "ppm", "tif", "tiff", "webp"])

  private init(
    _ endings: Set<String>, isExact: Bool = false, isRecursive: Bool = true, takesHidden: Bool = false,
    followsLinks: Bool = false, sortsByRealPath: Bool = false
  ) {
    (self.endings, self.isExact, self.isRecursive) = (endings, isExact, isRecursive)
    (self.takesHidden, self.followsLinks, self.sortsByRealPath) = (takesHidden, followsLinks, sortsByRealPath)
  }

  /// The rule of this program, or of another one.
  init(like tool: ScoringTool?) {
    switch tool {
    case nil, .adm: self.init(Self.readable)
    case .pytorchFID: self.init(Self.pillow, isExact: true, isRecursive: false, takesHidden: true)
    case .torchFidelity:
      self.init(Self.readable, isRecursive: false, takesHidden: true, sortsByRealPath: true)
    case .cleanFID:
      self.init(Self.pillow.union(["npy", "JPEG", "JPG", "PNG"]), isExact: true, followsLinks: true)
    case .stylegan3: self.init(Self.pillow.union(["gif"]), takesHidden: true)
    }
  }

  private static func ending(of name: String) -> String? {
    name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) }
  }

  /// Whether a file of this name is one of the images.
  func takes(_ name: String) -> Bool {
    guard let ending = Self.ending(of: name), takesHidden || !name.hasPrefix(".") else { return false }
    return endings.contains(isExact ? ending : ending.lowercased())
  }

  /// Whether this program reads files of such a name.
  static func isReadable(_ name: String) -> Bool {
    ending(of: name).map { readable.contains($0.lowercased()) } ?? false
  }
}
