import ArgumentParser
import BLAS

/// `--threads`, which every command that computes has.
struct ThreadsOption: ParsableArguments {
  @Option(help: "Threads per rank (default: 1).", transform: Int.reading)
  var threads = 1

  mutating func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("expected --threads from 1 to 1024 and found \(threads)")
    }
    guard threads == 1 || BLASLibrary.takesSeveralThreads else {
      throw ValidationError(
        "expected --threads 1, as this OpenBLAS is built without threads and computes other numbers where several call it, "
          + "and found \(threads); start more ranks, or install OpenBLAS with pthreads")
    }
  }
}
