internal import Files
internal import Images

/// Images that are decoded once, into a cache: what is known of them without a look at their pixels.
protocol ImageCollection: Sendable {
  /// What people call it, for instance `folder 'photos'`.
  var title: String { get }
  /// The path of the file or folder.
  var place: String { get }
  /// A name for every class, by label.
  var classNames: [String] { get }
  /// 1 if all images are grey, else 3.
  var channels: Int { get }
  /// Number of images.
  var count: Int { get }
  /// How many images one thread reads at a time, in their order.
  var imagesTogether: Int { get }
  /// What else the folder holds.
  var findings: FolderFindings { get }
  /// Whether a class of which no image can be read is an error.
  var needsEveryClass: Bool { get }
  /// Whether an image that cannot be read is told from the others, so that it may be left out.
  var tellsBadImages: Bool { get }
  /// The class of an image.
  func label(_ index: Int) -> Int32
  /// What people know an image by.
  func name(_ index: Int) -> String
  /// Appends what is other if the images are others; not where they are.
  func identify(_ hash: Fingerprint)
  /// A reader of images, for one thread.
  func reader() throws(FileError) -> any ImageReader
}

/// Reads the images of a collection.
protocol ImageReader {
  /// An image, and what is odd about its file if anything is.
  func read(_ index: Int) throws(FileError) -> ImageReading
}

extension ImageCollection {
  var channels: Int { 3 }
  var imagesTogether: Int { 1 }
  var findings: FolderFindings { FolderFindings() }
  var needsEveryClass: Bool { false }
  var tellsBadImages: Bool { true }
}
