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

  /// Brings bytes of one rank to root; these two ranks call it, and no other has to.
  ///
  /// - Parameters:
  ///   - bytes: On `owner` the bytes.
  ///   - count: How many they are.
  ///   - owner: The rank that has them.
  /// - Returns: On root the bytes; nothing on the rank that had them, unless that is root.
  public func bring(_ bytes: [UInt8], count: Int, from owner: Int) -> [UInt8] {
    guard owner != 0 else { return bytes }
    precondition(isRoot || rank == owner && bytes.count == count, "\(bytes.count) bytes of rank \(rank) for root")
    var received = [UInt8](repeating: 0, count: isRoot ? count : 0)
    exchange(on: .control) { communicator, _ throws(MPIError) in
      for start in stride(from: 0, to: count, by: Communicator.broadcastChunk) {
        let part = start..<min(start + Communicator.broadcastChunk, count)
        // Memory of a message must stay where it is until the message is complete.
        if isRoot {
          try received.withUnsafeMutableBufferPointer { memory throws(MPIError) in
            let message = PendingMessages(capacity: 1)
            try message.receive(
              UnsafeMutableBufferPointer(rebasing: memory[part]), from: owner, tag: 0, over: communicator)
            while try !message.areComplete() {}
          }
        } else {
          try bytes.withUnsafeBufferPointer { memory throws(MPIError) in
            let message = PendingMessages(capacity: 1)
            try message.send(UnsafeBufferPointer(rebasing: memory[part]), to: 0, tag: 0, over: communicator)
            while try !message.areComplete() {}
          }
        }
      }
    }
    return received
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
