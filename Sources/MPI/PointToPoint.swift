internal import COpenMPI
internal import Synchronization

/// The rank that this process exchanges a message with just now; −1 for none.
private let currentPartner = Atomic<Int>(-1)

/// Messages between two ranks; those of one sender with the same tag arrive in the order in which they were sent.
extension Communicator {
  /// The rank that this process sends to or waits for in this moment, for other threads to ask; nil outside of messages.
  public static var partnerOfThisMoment: Int? {
    let rank = currentPartner.load(ordering: .relaxed)
    return rank < 0 ? nil : rank
  }

  /// Makes a call that waits for another rank.
  @inline(__always)
  private func call(_ name: StaticString, with rank: Int, _ body: () -> CInt) throws(MPIError) {
    currentPartner.store(rank, ordering: .relaxed)
    defer { currentPartner.store(-1, ordering: .relaxed) }
    try check(name, body)
  }

  /// Sends elements and returns when `buffer` may be written again, which can be before they arrive.
  ///
  /// The corresponding MPI function is `MPI_Send` (MPI 3.1, §3.2.1).
  ///
  /// - Parameters:
  ///   - buffer: The elements.
  ///   - destination: The rank that receives them.
  ///   - tag: What the receiver asks for, at least 0.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func send<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    // int MPI_Send(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
    try call("MPI_Send", with: destination) {
      MPI_Send(
        buffer.baseAddress, CInt(checked: buffer.count), Scalar.datatype.handle, CInt(destination), CInt(tag), handle)
    }
  }

  /// Waits for elements from one rank.
  ///
  /// The corresponding MPI function is `MPI_Recv` (MPI 3.1, §3.2.4).
  ///
  /// - Parameters:
  ///   - buffer: Where the elements go; a longer message is an error.
  ///   - source: The rank that sends them.
  ///   - tag: What the sender marked them with.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func receive<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from source: Int, tag: Int = 0
  ) throws(MPIError) {
    // int MPI_Recv(void *buf, int count, MPI_Datatype datatype, int source, int tag,
    //              MPI_Comm comm, MPI_Status *status)
    try call("MPI_Recv", with: source) {
      MPI_Recv(
        buffer.baseAddress, CInt(checked: buffer.count), Scalar.datatype.handle, CInt(source), CInt(tag), handle,
        shim_mpi_status_ignore())
    }
  }

  /// Sends elements to a rank and receives what that rank sends, at the same time.
  ///
  /// The corresponding MPI function is `MPI_Sendrecv` (MPI 3.1, §3.10).
  ///
  /// - Parameters:
  ///   - buffer: The elements to send.
  ///   - result: Where received elements go, apart from `buffer`; a longer message is an error.
  ///   - partner: The rank that receives, and sends.
  ///   - tag: What both mark their messages with, at least 0.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func exchange<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, into result: UnsafeMutableBufferPointer<Scalar>, with partner: Int,
    tag: Int = 0
  ) throws(MPIError) {
    // int MPI_Sendrecv(const void *sendbuf, int sendcount, MPI_Datatype sendtype, int dest, int sendtag,
    //                  void *recvbuf, int recvcount, MPI_Datatype recvtype, int source, int recvtag,
    //                  MPI_Comm comm, MPI_Status *status)
    try call("MPI_Sendrecv", with: partner) {
      MPI_Sendrecv(
        buffer.baseAddress, CInt(checked: buffer.count), Scalar.datatype.handle, CInt(partner), CInt(tag),
        result.baseAddress, CInt(checked: result.count), Scalar.datatype.handle, CInt(partner), CInt(tag), handle,
        shim_mpi_status_ignore())
    }
  }
}
