internal import COpenMPI
internal import Synchronization

/// The rank that this process waits for just now; −1 for none.
private let awaitedRank = Atomic<Int>(-1)

/// Messages between pairs of ranks that are under way: they are begun one by one, and complete together.
///
/// Messages of one sender with the same tag arrive in the order in which they were begun. Buffers must stay as they are
/// until all are complete: messages that are dropped before end the process. Memory is allocated once.
public final class PendingMessages {
  private let requests: UnsafeMutableBufferPointer<MPI_Request?>
  private let partners: UnsafeMutableBufferPointer<Int>
  private var count = 0
  private var complete = 0
  private var vainQuestions = 0

  /// Room for `capacity` messages at a time.
  public init(capacity: Int) {
    requests = .allocate(capacity: capacity)
    requests.initialize(repeating: nil)
    partners = .allocate(capacity: capacity)
    partners.initialize(repeating: 0)
  }

  deinit {
    // The library would go on to read and write buffers that may be gone.
    if complete < count { fatalError("\(count - complete) messages were dropped while under way") }
    requests.deallocate()
    partners.deallocate()
  }

  /// The rank whose message this process waits for in this moment, for other threads to ask; nil if there is none.
  public static var awaitedRankOfThisMoment: Int? {
    let rank = awaitedRank.load(ordering: .relaxed)
    return rank < 0 ? nil : rank
  }

  /// Begins to send elements.
  ///
  /// The corresponding MPI function is `MPI_Isend` (MPI 3.1, §3.7.2).
  ///
  /// - Parameters:
  ///   - buffer: The elements.
  ///   - destination: The rank that receives them.
  ///   - tag: What the receiver asks for, at least 0.
  ///   - communicator: The ranks.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func send<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, to destination: Int, tag: Int, over communicator: Communicator
  ) throws(MPIError) {
    let request = nextRequest()
    // int MPI_Isend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag,
    //               MPI_Comm comm, MPI_Request *request)
    try check("MPI_Isend") {
      MPI_Isend(
        buffer.baseAddress, CInt(checked: buffer.count), Scalar.datatype.handle, CInt(destination), CInt(tag),
        communicator.handle, request)
    }
    noteBegun(with: destination)
  }

  /// Begins to receive elements.
  ///
  /// The corresponding MPI function is `MPI_Irecv` (MPI 3.1, §3.7.2).
  ///
  /// - Parameters:
  ///   - buffer: Where the elements go; a longer message is an error.
  ///   - source: The rank that sends them.
  ///   - tag: What the sender marked them with.
  ///   - communicator: The ranks.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func receive<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from source: Int, tag: Int, over communicator: Communicator
  ) throws(MPIError) {
    let request = nextRequest()
    // int MPI_Irecv(void *buf, int count, MPI_Datatype datatype, int source, int tag,
    //               MPI_Comm comm, MPI_Request *request)
    try check("MPI_Irecv") {
      MPI_Irecv(
        buffer.baseAddress, CInt(checked: buffer.count), Scalar.datatype.handle, CInt(source), CInt(tag),
        communicator.handle, request)
    }
    noteBegun(with: source)
  }

  /// Whether all messages are complete; if so, there is room for as many again.
  ///
  /// Each call lets the library move data on. The corresponding MPI function is `MPI_Test` (MPI 3.1, §3.7.3).
  ///
  /// - Throws: `MPIError` if a message failed.
  public func areComplete() throws(MPIError) -> Bool {
    while complete < count {
      var flag: CInt = 0
      // int MPI_Test(MPI_Request *request, int *flag, MPI_Status *status)
      do throws(MPIError) {
        try check("MPI_Test") { MPI_Test(&requests[complete], &flag, shim_mpi_status_ignore()) }
      } catch {
        // A message that has failed is not under way any more.
        complete += 1
        throw error
      }
      guard flag != 0 else {
        awaitedRank.store(partners[complete], ordering: .relaxed)
        vainQuestions += 1
        MPIWaiting.pause(after: vainQuestions)
        return false
      }
      complete += 1
      vainQuestions = 0
    }
    awaitedRank.store(-1, ordering: .relaxed)
    (count, complete) = (0, 0)
    return true
  }

  private func nextRequest() -> UnsafeMutablePointer<MPI_Request?> {
    precondition(count < requests.count, "\(count) messages under way, for which there is no room")
    guard let base = requests.baseAddress else { preconditionFailure("messages without memory") }
    return base + count
  }

  private func noteBegun(with partner: Int) {
    partners[count] = partner
    count += 1
  }
}
