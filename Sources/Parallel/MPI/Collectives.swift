internal import COpenMPI

/// Calls that every rank of a communicator makes, in the same order.
extension Communicator {
  /// The bytes that one broadcast message carries at most: far below MPI's int count, small enough to test with.
  public static var broadcastChunk: Int { 16 << 20 }

  /// Waits until every rank has arrived.
  ///
  /// The corresponding MPI function is `MPI_Barrier` (MPI 3.1, §5.3).
  ///
  /// - Throws: `MPIError` if the library reports anything but success.
  public func barrier() throws(MPIError) {
    // int MPI_Barrier(MPI_Comm comm)
    try check("MPI_Barrier") { MPI_Barrier(handle) }
  }

  /// Replaces `bytes` on every rank by those of `root`, in as many messages as their number needs.
  ///
  /// The corresponding MPI function is `MPI_Bcast` (MPI 3.1, §5.4).
  ///
  /// - Parameters:
  ///   - bytes: Read on `root`, overwritten elsewhere. Every rank passes the same number.
  ///   - root: The rank whose bytes all get.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int = 0) throws(MPIError) {
    var start = 0
    while start < bytes.count {
      let chunk = UnsafeMutableRawBufferPointer(
        rebasing: bytes[start..<min(start + Self.broadcastChunk, bytes.count)])
      // int MPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
      try check("MPI_Bcast") {
        MPI_Bcast(chunk.baseAddress, CInt(checked: chunk.count), shim_mpi_byte(), CInt(root), handle)
      }
      start += chunk.count
    }
  }

  /// Replaces `buffer` on every rank by the elements of `root`.
  ///
  /// The corresponding MPI function is `MPI_Bcast` (MPI 3.1, §5.4).
  ///
  /// - Parameters:
  ///   - buffer: Read on `root`, overwritten elsewhere. Every rank passes the same number of elements.
  ///   - root: The rank whose elements all get.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func broadcast<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from root: Int = 0
  ) throws(MPIError) {
    try broadcast(UnsafeMutableRawBufferPointer(buffer), from: root)
  }

  /// Brings every rank's elements to `root`, in the order of ranks.
  ///
  /// The corresponding MPI function is `MPI_Gather` (MPI 3.1, §5.5).
  ///
  /// - Parameters:
  ///   - part: This rank's elements; every rank passes the same number.
  ///   - whole: On `root`, the memory that all parts go to: `size` times as many elements, apart from `part`. Nothing is
  ///     written elsewhere.
  ///   - root: The rank that receives.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func gather<Scalar: MPIScalar>(
    _ part: UnsafeBufferPointer<Scalar>, into whole: UnsafeMutableBufferPointer<Scalar>, at root: Int = 0
  ) throws(MPIError) {
    precondition(
      rank != root || whole.count == size * part.count,
      "gathering \(part.count) elements from each of \(size) ranks into \(whole.count)")
    // int MPI_Gather(const void *sendbuf, int sendcount, MPI_Datatype sendtype,
    //                void *recvbuf, int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
    try check("MPI_Gather") {
      MPI_Gather(
        part.baseAddress, CInt(checked: part.count), Scalar.datatype.handle,
        whole.baseAddress, CInt(checked: part.count), Scalar.datatype.handle, CInt(root), handle)
    }
  }

  /// Replaces `buffer` on every rank by its elementwise reduction over all ranks.
  ///
  /// The corresponding MPI function is `MPI_Allreduce` with `MPI_IN_PLACE` (MPI 3.1, §5.9.6).
  ///
  /// - Parameters:
  ///   - buffer: This rank's contribution on entry, the result on return. Every rank passes the same number of elements.
  ///   - operation: The reduction to apply.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func allReduce<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ operation: ReductionOperation
  ) throws(MPIError) {
    // int MPI_Allreduce(const void *sendbuf, void *recvbuf, int count,
    //                   MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
    try check("MPI_Allreduce") {
      MPI_Allreduce(
        shim_mpi_in_place(), buffer.baseAddress, CInt(checked: buffer.count),
        Scalar.datatype.handle, operation.handle, handle)
    }
  }
}
