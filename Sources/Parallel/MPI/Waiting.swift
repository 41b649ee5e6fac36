internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// How this process waits for messages.
public enum MPIWaiting {
  private static let givesWay = Atomic<Bool>(false)

  /// From now on a process that waits sleeps between its questions; call it before MPI is initialised.
  ///
  /// Open MPI asks without pause, which is fast where each rank has a core. Where ranks share a quota of a control group, a
  /// rank that waits so uses up the time of those that it waits for, even if cores are free. What the user has set stays.
  public static func giveWay() {
    givesWay.store(true, ordering: .relaxed)
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0)
  }

  /// Sleeps for a moment, if this process gives way and has asked in vain for a while.
  ///
  /// - Parameter vainQuestions: How often it has asked in vain since something came.
  static func pause(after vainQuestions: Int) {
    guard vainQuestions > 50, givesWay.load(ordering: .relaxed) else { return }
    usleep(100)
  }
}
