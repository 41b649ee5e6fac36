internal import Files
internal import Foundation

extension TrainingSettings {
  /// The folder for decoded images.
  ///
  /// - Parameter run: The run directory, beside which it is unless the settings name another.
  /// - Returns: A path.
  package func cacheFolder(of run: String) -> String {
    if let cache { return cache }
    let folder = Directory.split(URL(fileURLWithPath: run).standardizedFileURL.path).folder
    return (folder == "/" ? "" : folder) + "/cache"
  }
}
