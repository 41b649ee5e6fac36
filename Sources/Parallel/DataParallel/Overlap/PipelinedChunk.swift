internal import MPI
internal import Tensors

/// The sum over ranks of one slice of a buffer after the other, each taken through the rounds of a schedule.
///
/// Nothing here waits: `advance` does what can be done at once. Several of these can be under way at the same time, on
/// all ranks with the same slices in the same order; their tags keep their messages apart.
final class PipelinedChunk {
  /// What a partner has sent, to be added.
  private let received: UnsafeMutableRawBufferPointer
  private let messages: PendingMessages
  private let tag: Int
  private let communicator: Communicator

  private var slice = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var isDouble = false
  private var schedule = ReductionSchedule()
  private var round = 0
  private var isUnderWay = false

  /// Whether there is no slice.
  var isIdle: Bool { round == schedule.rounds.count }

  /// A sum of slices of up to `bytes` bytes by schedules of up to `messages` messages in a round.
  init(bytes: Int, messages: Int, tag: Int, communicator: Communicator) {
    received = .allocate(byteCount: bytes, alignment: 64)
    self.messages = PendingMessages(capacity: messages)
    self.tag = tag
    self.communicator = communicator
  }

  deinit {
    if isUnderWay { fatalError("a part of a sum over ranks was dropped while its messages were under way") }
    received.deallocate()
  }

  /// Takes the next slice; there must be none.
  func start<Scalar: MPIScalar & FloatingPoint>(
    _ slice: UnsafeMutableBufferPointer<Scalar>, _ schedule: ReductionSchedule
  ) {
    precondition(isIdle, "a slice before the last one is done")
    self.slice = UnsafeMutableRawBufferPointer(slice)
    isDouble = Scalar.self == Double.self
    self.schedule = schedule
    round = 0
  }

  /// Goes on as far as the partners' messages allow.
  ///
  /// - Returns: Whether something was done; false also where there is no slice.
  /// - Throws: `MPIError` if the library reports anything but success.
  func advance() throws(MPIError) -> Bool {
    if isDouble { try advance(Double.self) } else { try advance(Float.self) }
  }

  private func advance<Scalar: MPIScalar & FloatingPoint>(_ type: Scalar.Type) throws(MPIError) -> Bool {
    var isMoving = false
    while round < schedule.rounds.count {
      let current = schedule.rounds[round]
      let slice = slice.bindMemory(to: Scalar.self)
      let memory = received.bindMemory(to: Scalar.self)
      if !isUnderWay {
        try begin(current, slice, memory)
        isUnderWay = true
        isMoving = true
      }
      guard try messages.areComplete() else { return isMoving }
      if current.isAdding, let receive = current.receives.first {
        add(memory, to: slice, receive.piece.range(of: slice.count))
      }
      isUnderWay = false
      round += 1
      isMoving = true
    }
    return isMoving
  }

  private func begin<Scalar: MPIScalar>(
    _ round: ReductionSchedule.Round, _ slice: UnsafeMutableBufferPointer<Scalar>,
    _ memory: UnsafeMutableBufferPointer<Scalar>
  ) throws(MPIError) {
    for receive in round.receives {
      let range = receive.piece.range(of: slice.count)
      let place =
        round.isAdding
        ? UnsafeMutableBufferPointer(rebasing: memory[0..<range.count])
        : UnsafeMutableBufferPointer(rebasing: slice[range])
      try messages.receive(place, from: receive.partner, tag: tag, over: communicator)
    }
    for send in round.sends {
      let part = UnsafeBufferPointer(rebasing: slice[send.piece.range(of: slice.count)])
      try messages.send(part, to: send.partner, tag: tag, over: communicator)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func add<Scalar: FloatingPoint>(
    _ received: UnsafeMutableBufferPointer<Scalar>, to slice: UnsafeMutableBufferPointer<Scalar>, _ range: Range<Int>
  ) {
    for i in 0..<range.count { slice[range.lowerBound &+ i] += received[i] }
  }
}
