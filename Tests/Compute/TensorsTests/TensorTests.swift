import Tensors
import Testing

/// Shapes, views and the memory behind them.
@Suite struct TensorTests {
  @Test func shapesKnowTheirExtents() {
    let shapes = [Shape(5), Shape(4, 5), Shape(3, 4, 5), Shape(2, 3, 4, 5)]
    #expect(shapes.map(\.rank) == [1, 2, 3, 4])
    #expect(shapes.map(\.count) == [5, 20, 60, 120])
    #expect(shapes.map(\.description) == ["[5]", "[4, 5]", "[3, 4, 5]", "[2, 3, 4, 5]"])
    #expect((0..<4).map { shapes[3][$0] } == [2, 3, 4, 5])
    #expect(shapes[3].withOutermost(7) == Shape(7, 3, 4, 5))
    #expect(Shape(0, 3, 4, 5).count == 0)
    #expect(Shape(4) != Shape(4, 1), "the number of axes is part of a shape")
  }

  @Test func rowsAreViewsOfTheSameNumbers() {
    let workspace = Workspace()
    let images: Tensor<Double> = workspace.tensor(Shape(3, 2, 2, 1))
    for i in 0..<images.count { images.base[i] = Double(i) }
    let last = images[rows: 1..<3]
    #expect(last.shape == Shape(2, 2, 2, 1))
    #expect(Array(last.elements) == [4, 5, 6, 7, 8, 9, 10, 11])
    #expect(images[rows: 2..<2].count == 0)
    last.reshaped(Shape(8))[rows: 0..<1].fill(-1)
    #expect(images.base[4] == -1)
    images[rows: 0..<1].copy(from: images[rows: 2..<3])
    #expect(Array(images.elements.prefix(4)) == [8, 9, 10, 11])
    withExtendedLifetime(workspace) {}
  }

  @Test func plannedMemoryIsAlignedZeroAndDisjoint() {
    let workspace = Workspace()
    // The third does not fit the first mapping of 64 MiB, the fourth fits none.
    let sizes = [1, 17, 15 << 20, 20 << 20, 3]
    let tensors: [Tensor<Float>] = sizes.map { workspace.tensor(Shape($0)) }
    for tensor in tensors {
      #expect(UInt(bitPattern: tensor.base) % 64 == 0)
      #expect(tensor.base[0] == 0 && tensor.base[tensor.count - 1] == 0)
    }
    for (i, tensor) in tensors.enumerated() {
      tensor.base[0] = Float(i + 1)
      tensor.base[tensor.count - 1] = Float(i + 1)
    }
    for (i, tensor) in tensors.enumerated() {
      #expect(tensor.base[0] == Float(i + 1) && tensor.base[tensor.count - 1] == Float(i + 1))
    }
    let bytes = workspace.buffer(3, of: UInt8.self)
    #expect(UInt(bitPattern: bytes.baseAddress) % 64 == 0 && bytes.allSatisfy { $0 == 0 })
    #expect(workspace.bytes == (sizes.map { ($0 * 4 + 63) / 64 * 64 }.reduce(0, +)) + 64)
    withExtendedLifetime(workspace) {}
  }
}
