public import Datasets
internal import Files
internal import Foundation

extension TrainingConfiguration {
  /// Finds the data set, and takes classes and image channels from it where they are not set.
  ///
  /// Nothing is decoded or written.
  ///
  /// - Returns: The data set, to be opened.
  /// - Throws: `DatasetError` when it is missing or damaged, or does not fit the settings.
  @discardableResult
  public mutating func findData() throws(DatasetError) -> DatasetHandle {
    let found = try DataSpecification(parsing: data).find(
      ImageSpecification(
        resolution: resolution, channels: imageChannels == 0 ? nil : imageChannels,
        classes: classes == 0 ? nil : classes,
        resize: resize, skipsBadImages: skipBadImages))
    imageChannels = found.channels
    classes = found.classNames.count
    return found
  }

  /// The folder for decoded images.
  ///
  /// - Parameter run: The run directory; `auto` is a folder beside it.
  /// - Returns: A path.
  package func cacheFolder(of run: String) -> String {
    guard cache == Self.automaticCache else { return cache }
    let folder = Directory.split(URL(fileURLWithPath: run).standardizedFileURL.path).folder
    return (folder == "/" ? "" : folder) + "/cache"
  }
}
