import Configuration
import Files
import Foundation
import Kernels

/// What is wrong with the environment's variables.
struct EnvironmentError: ReportedError {
  let exitCode: Int32 = 64
  let description: String

  /// A fault, if there is one.
  init?() {
    let (name, algorithms) = (SettingAssignment.convolutionVariable, ConvolutionAlgorithm.allCases)
    guard let value = ProcessInfo.processInfo.environment[name], ConvolutionAlgorithm(rawValue: value) == nil else {
      return nil
    }
    let known = algorithms.map(\.rawValue).joined(separator: " or ")
    description = "the environment variable \(name) is '\(value)'; expected \(known): change it, or unset it"
  }
}
