internal import Files

/// How much memory data that are held in memory may take.
enum MemoryLimit {
  /// What is available now; more than any file has where the system does not tell.
  static var byteCount: Int { AvailableMemory().byteCount ?? 1 << 46 }
}
