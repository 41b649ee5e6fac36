import Threads

/// Texts on their way to standard output and standard error, which threads of their own write.
///
/// A reader that has stopped reading, such as a paused `less` or a terminal after Ctrl-S, then holds up nobody but these
/// threads. What finds no room is dropped and counted.
final class ConsoleQueue: Sendable {
  /// How many texts can wait for a stream.
  static let room = 200
  /// How long a text waits for earlier ones on the other stream.
  private static let patience = Duration.milliseconds(500)

  private struct Text {
    let bytes: [UInt8]
    /// Counts texts of both streams.
    let number: Int
    /// Whether the next bar takes its place.
    let isBar: Bool
  }

  private struct Stream {
    var waiting: [Text] = []
    /// The number of the text that is being written.
    var current: Int?
    var dropped = 0
    /// Whether nobody has read for a while.
    var isStuck = false

    /// The number of the oldest text that is not written yet.
    var oldest: Int? { current ?? waiting.first?.number }
  }

  private struct State {
    var streams = [Stream(), Stream()]
    var count = 0
    var isEnding = false

    mutating func append(_ bytes: [UInt8], _ stream: Int, isBar: Bool = false) {
      count += 1
      streams[stream].waiting.append(Text(bytes: bytes, number: count, isBar: isBar))
    }

    /// Says how much is missing, once there is room for it.
    mutating func confessDropped(_ stream: Int) {
      let dropped = streams[stream].dropped
      guard dropped > 0 else { return }
      streams[stream].dropped = 0
      append(Array("(\(dropped) lines are missing here, as nobody read them)\n".utf8), stream)
    }
  }

  private let state = Monitor(State())
  private let threads: [Threads.Thread]

  /// Starts the two threads.
  ///
  /// - Throws: `ThreadError` if the system starts no further thread.
  init() throws(ThreadError) {
    let state = state
    var started: [Threads.Thread] = []
    do throws(ThreadError) {
      for stream in 0...1 { started.append(try Threads.Thread { Self.write(state, stream) }) }
    } catch {
      // A thread that nobody refers to is waited for.
      withExtendedLifetime(started) { state.update { $0.isEnding = true } }
      throw error
    }
    threads = started
  }

  deinit { state.update { $0.isEnding = true } }

  /// Adds a text, and does not wait.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - stream: 0 for standard output, 1 for standard error.
  ///   - isBar: Whether the next bar takes its place.
  func add(_ bytes: [UInt8], _ stream: Int, isBar: Bool = false) {
    state.update { state in
      if isBar, state.streams[stream].waiting.last?.isBar ?? false { state.streams[stream].waiting.removeLast() }
      guard state.streams[stream].waiting.count < Self.room else {
        if !isBar { state.streams[stream].dropped += 1 }
        return
      }
      state.confessDropped(stream)
      state.append(bytes, stream, isBar: isBar)
    }
  }

  /// Waits until all is written, but no longer than `limit`.
  func flush(atMost limit: Duration) {
    state.wait(until: { $0.streams.allSatisfy { $0.oldest == nil } }, atMost: limit)
  }

  /// What the thread of a stream does.
  private static func write(_ state: Monitor<State>, _ stream: Int) {
    while true {
      let text = state.withLock(when: { $0.isEnding || !$0.streams[stream].waiting.isEmpty }) { state -> Text? in
        guard !state.streams[stream].waiting.isEmpty else { return nil }
        let text = state.streams[stream].waiting.removeFirst()
        state.streams[stream].current = text.number
        return text
      }
      guard let text else { return }
      // Lines of both streams appear in their order, unless nobody reads the other one.
      let other = 1 - stream
      let isNext = state.wait(
        until: { $0.streams[other].isStuck || $0.streams[other].oldest ?? .max > text.number }, atMost: patience)
      if !isNext { state.update { $0.streams[other].isStuck = true } }
      Console.put(text.bytes, to: CInt(stream + 1))
      state.update { state in
        state.streams[stream].current = nil
        state.streams[stream].isStuck = false
        if state.streams[stream].waiting.isEmpty { state.confessDropped(stream) }
      }
    }
  }
}
