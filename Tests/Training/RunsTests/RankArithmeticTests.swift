import Runs
import TestSupport
import Testing

/// Ranks that would compute other bits are told before anything starts.
@Suite struct RankArithmeticTests {
  private static func rank(
    _ host: String, _ build: String = "sagan 1 for x86-64-v3", _ kernels: String = "OpenBLAS 0.3 for Haswell"
  ) -> RankArithmetic { RankArithmetic(host: host, build: build, kernels: kernels) }

  @Test func equalRanksAreFine() {
    #expect(MixedArithmeticError([]) == nil && MixedArithmeticError([Self.rank("a")]) == nil)
    #expect(MixedArithmeticError([Self.rank("a"), Self.rank("b"), Self.rank("a")]) == nil)
  }

  @Test func theFirstThatDiffersIsNamed() throws {
    let kernels = try #require(
      MixedArithmeticError([
        Self.rank("a"), Self.rank("a"), Self.rank("b", "sagan 1 for x86-64-v3", "OpenBLAS 0.3 for SkylakeX"),
      ]))
    #expect(kernels.exitCode == 78)
    for words in [
      "rank 0 on a", "0.3 for Haswell", "rank 2 on b", "0.3 for SkylakeX", "OPENBLAS_CORETYPE", "cluster/launch",
    ] {
      #expect(kernels.description.contains(words), "\(kernels.description)")
    }
    let build = try #require(MixedArithmeticError([Self.rank("a"), Self.rank("b", "sagan 1 for x86-64-v4")]))
    #expect(build.description.contains("x86-64-v3 and rank 1 on b with sagan 1 for x86-64-v4"), "\(build.description)")
    #expect(build.description.contains("the same build") && !build.description.contains("CORETYPE"))
  }
}
