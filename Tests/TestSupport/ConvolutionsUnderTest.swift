internal import Foundation
public import Kernels

extension ConvolutionAlgorithm {
  /// How networks under test compute convolutions where a test does not choose: fast, unless `SAGAN_CONV` says otherwise.
  public static let underTest = ProcessInfo.processInfo.environment["SAGAN_CONV"].flatMap(Self.init) ?? .fast
}
