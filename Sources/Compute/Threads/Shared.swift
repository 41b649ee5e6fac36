/// A pointer that the tasks of a pool share: `Shared(filters)`, then `filters.pointer` in the task.
///
/// Swift sends no pointers to other threads, since the type does not tell who else writes there. Whoever makes one of these
/// promises that tasks only read the memory, or write parts of it that no other task touches.
@frozen
public struct Shared<Pointer>: @unchecked Sendable {
  /// The pointer.
  public let pointer: Pointer

  /// Lets tasks share `pointer`.
  @inlinable
  public init(_ pointer: Pointer) { self.pointer = pointer }
}
