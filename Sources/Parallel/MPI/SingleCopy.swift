internal import COpenMPI

#if canImport(Glibc)
  internal import Glibc
#endif

/// Keeps Open MPI from copying straight between the memory of processes where the system forbids that.
///
/// Open MPI takes it for granted. Under the system call filters of many containers it would print an error for every
/// large message before it falls back. A filter denies a process even its own memory, so asking for that tells; what
/// the user has set stays.
func avoidForbiddenSingleCopies() {
  var source: UInt8 = 1
  var copy: UInt8 = 0
  let copied = withUnsafeMutableBytes(of: &source) { source in
    withUnsafeMutableBytes(of: &copy) { copy in
      var from = iovec(iov_base: source.baseAddress, iov_len: 1)
      var to = iovec(iov_base: copy.baseAddress, iov_len: 1)
      return process_vm_readv(getpid(), &to, 1, &from, 1, 0)
    }
  }
  if copied != 1 { setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0) }
}
