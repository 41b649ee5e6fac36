/// The number types that tensors hold: `Float` for training, `Double` for checks against finite differences.
public protocol TensorScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {}

extension Float: TensorScalar {}
extension Double: TensorScalar {}
