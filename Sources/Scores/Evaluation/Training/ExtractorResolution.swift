package import Configuration
internal import Extractors
package import Files
internal import Foundation

extension TrainingSettings {
  /// Decides which network a run's scores use, where its settings leave it open: a file that turns up later changes nothing.
  ///
  /// Inception if its file is where it is looked for, else the data set's own classifier. Paths are those from the root on, so that the
  /// run can be continued from anywhere.
  ///
  /// - Throws: `FileError` if the run takes scores, and the file of its network is missing.
  package mutating func resolveExtractor() throws(FileError) {
    let environment = ProcessInfo.processInfo.environment
    func find(_ network: FeatureNetwork, _ file: String?) throws(FileError) -> String {
      let path = try ExtractorSearch(for: network, option: file, environment: environment).find()
      return URL(fileURLWithPath: path).standardizedFileURL.path
    }
    do throws(FileError) {
      switch evaluateExtractor {
      case nil:
        let found = try? find(.inception(), nil)
        evaluateExtractor = found.map { .inception($0) } ?? .classifier
      case .inception(let file): evaluateExtractor = .inception(try find(.inception(), file))
      case .lite0(let file): evaluateExtractor = .lite0(try find(.lite0(), file))
      case .classifier: break
      }
    } catch {
      if !takesScores { return }
      throw FileError(error.kind, error.message + "; or train without scores: --evaluate-every none")
    }
  }
}
