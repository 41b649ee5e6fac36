internal import Files
internal import Formats

/// Files that are a data set by themselves.
enum DataFile {
  /// What a file is, by its beginning, and the word before the colon; `nil` for others.
  static func kind(_ path: String) -> (noun: String, word: String)? {
    guard let status = FileStatus(path), !status.isFolder, let head = try? InputFile(path: path).head(8) else {
      return nil
    }
    if head == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] { return ("an HDF5 file", "hdf5") }
    if path.lowercased().hasSuffix(".npz"), head.starts(with: [0x50, 0x4B]) { return ("an .npz file", "npz") }
    if head.count == 8, head[4...].allSatisfy({ $0 == 0 }), PackedImages.isOne(path) {
      return (PackedImages.noun, "packed")
    }
    if path.lowercased().hasSuffix(".zip"), (try? ZipArchive(path: path))?[StyleGANCollection.listName] != nil {
      return ("a zip file of StyleGAN's", "stylegan")
    }
    if path.lowercased().hasSuffix(".tfrecord") || path.lowercased().hasSuffix(".tfrecords") {
      return ("a TFRecord file", "tfrecord")
    }
    return nil
  }
}
