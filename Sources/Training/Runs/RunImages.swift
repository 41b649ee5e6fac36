package import Checkpoints
internal import Configuration
internal import DataParallel
package import Datasets
package import Logging

extension Checkpoint {
  /// Opens the images of the checkpoint's run, or others in their form.
  ///
  /// - Parameters:
  ///   - choice: Which images, if not the run's.
  ///   - threads: Threads that decode images.
  ///   - logger: Tells people how it goes.
  /// - Returns: The images, and what they are called.
  /// - Throws: `DatasetError` where they are missing, damaged, or not those that the run was trained on.
  package func openImages(
    _ choice: DataOverride, threads: Int, logger: Logger
  ) throws -> (images: any ImageDataset, name: String) {
    var settings = try settings()
    try locateData(for: &settings, choice)
    let images = try settings.resolved().data.open(
      DecodeOptions(cacheFolder: settings.cacheFolder(of: path), threads: threads, logger: logger), on: .alone())
    // Other images than the run's have to be asked for.
    if choice.data == nil { try checkImages(images.fingerprint) }
    return (images, settings.data)
  }
}
