package import Configuration
internal import Extractors
internal import Files
internal import Foundation

extension TrainingSettings {
  /// Decides which network a run's scores use, where its settings leave it open: a file that turns up later changes nothing.
  ///
  /// Inception if its file is where it is looked for, else the data set's own classifier. Paths are those from the root on, so that the
  /// run can be continued from anywhere.
  package mutating func resolveExtractor() {
    let environment = ProcessInfo.processInfo.environment
    switch evaluateExtractor {
    case nil:
      let found = try? ExtractorSearch(for: .inception(), option: nil, environment: environment).find()
      evaluateExtractor = found.map { .inception(Self.absolute($0)) } ?? .classifier
    case .inception(let file?): evaluateExtractor = .inception(Self.absolute(file))
    case .lite0(let file?): evaluateExtractor = .lite0(Self.absolute(file))
    case .inception(nil):
      if let found = try? ExtractorSearch(for: .inception(), option: nil, environment: environment).find() {
        evaluateExtractor = .inception(Self.absolute(found))
      }
    case .lite0(nil):
      if let found = try? ExtractorSearch(for: .lite0(), option: nil, environment: environment).find() {
        evaluateExtractor = .lite0(Self.absolute(found))
      }
    case .classifier: break
    }
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
