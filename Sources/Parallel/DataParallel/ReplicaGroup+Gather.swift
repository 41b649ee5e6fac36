internal import MPI

/// Exchanges outside of a step.
extension ReplicaGroup {
  /// Brings a message of every rank to root; every rank calls it.
  ///
  /// - Parameter message: This rank's bytes, as many as it likes.
  /// - Returns: On root all messages, in the order of ranks; nothing elsewhere.
  public func gather(_ message: [UInt8]) -> [[UInt8]] {
    guard size > 1 else { return [message] }
    // Every rank sends a row of the same length: the message's length, the message, and zeros.
    let length = withUnsafeBytes(of: Int32(message.count).littleEndian) { Array($0) }
    var longest = Int32(message.count)
    var all: [UInt8] = []
    exchange(on: .control) { communicator, _ throws(MPIError) in
      try withUnsafeMutablePointer(to: &longest) { longest throws(MPIError) in
        try communicator.allReduce(UnsafeMutableBufferPointer(start: longest, count: 1), .maximum)
      }
      var row = length + message
      row += [UInt8](repeating: 0, count: length.count + Int(longest) - row.count)
      all = [UInt8](repeating: 0, count: isRoot ? size * row.count : 0)
      try row.withUnsafeBufferPointer { row throws(MPIError) in
        try all.withUnsafeMutableBufferPointer { all throws(MPIError) in try communicator.gather(row, into: all) }
      }
    }
    let pitch = length.count + Int(longest)
    return stride(from: 0, to: all.count, by: pitch).map { start in
      let count = all[start..<start + length.count].reversed().reduce(0) { $0 << 8 | Int($1) }
      return Array(all[start + length.count..<start + length.count + count])
    }
  }

  /// The largest of the ranks' numbers, on every rank.
  public func largest(_ number: Double) -> Double {
    guard size > 1 else { return number }
    var number = number
    exchange(on: .control) { communicator, _ throws(MPIError) in
      try withUnsafeMutablePointer(to: &number) { number throws(MPIError) in
        try communicator.allReduce(UnsafeMutableBufferPointer(start: number, count: 1), .maximum)
      }
    }
    return number
  }
}
