import BLAS
import Foundation
import Testing

/// That tests of modules compute with the library as programs do.
@Suite struct LibraryTests {
  private static let isChosen = ProcessInfo.processInfo.environment["SAGAN_TEST_BLAS"]?.contains("CORETYPE") ?? false

  @Test(.enabled(if: isChosen, "scripts/test chooses the kernels, and found another choice in the environment"))
  func testsUseTheKernelsThatProgramsUse() throws {
    let wanted = try #require(BLASLibrary.kernelsOfBuild)
    #expect(BLASLibrary.kernels == wanted)
  }
}
