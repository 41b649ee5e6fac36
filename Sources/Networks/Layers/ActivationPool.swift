public import Kernels
public import Tensors

/// Buffers for maps that live only between two layers: gradients on their way back, and shortcuts.
///
/// Each is as large as the network's largest map; the system backs only the part that is ever written. In blocks that
/// is the gradient of a block's output, of the map inside and of its input; attention's maps are smaller.
public final class ActivationPool<Scalar: KernelScalar> {
  /// Enough for attention's backward pass, which holds the most maps at a time.
  private static var count: Int { 8 }
  /// How many buffers' worth is written.
  private static var filledCount: Int { 3 }
  private let buffers: [Tensor<Scalar>]
  private var isBorrowed: UInt = 0

  init(largest: Int, in workspace: Workspace) {
    buffers = (0..<Self.count).map { _ in workspace.tensor(Shape(largest)) }
  }

  /// Bytes that were reserved and will hardly be written.
  public var idleBytes: Int {
    buffers.dropFirst(Self.filledCount).reduce(0) { $0 + $1.count * MemoryLayout<Scalar>.stride }
  }

  /// A map with undefined contents, until it is given back.
  public func borrow(_ shape: Shape) -> Tensor<Scalar> {
    let index = (~isBorrowed).trailingZeroBitCount
    precondition(index < buffers.count, "more than \(buffers.count) maps are borrowed")
    precondition(shape.count <= buffers[index].count, "a map \(shape) that was not planned")
    isBorrowed |= 1 << UInt(index)
    return Tensor(buffers[index].base, shape)
  }

  /// Ends a loan.
  public func giveBack(_ map: Tensor<Scalar>) {
    // A loop, since searching with a closure allocates in generic code.
    var index = 0
    while index < buffers.count, buffers[index].base != map.base { index += 1 }
    precondition(isBorrowed & 1 << UInt(index) != 0, "a map \(map.shape) that was not borrowed is given back")
    isBorrowed &= ~(1 << UInt(index))
  }

  /// Whether every loan has ended, as it must have between passes.
  public var isWhole: Bool { isBorrowed == 0 }
}
