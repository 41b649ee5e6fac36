import Datasets
import Tensors
import Testing

@Suite struct PixelScalingTests {
  @Test func everyByteSurvivesTheWayThereAndBack() {
    let workspace = Workspace()
    let bytes = workspace.buffer(256, of: UInt8.self)
    for value in 0..<256 { bytes[value] = UInt8(value) }
    let floats: Tensor<Float> = workspace.tensor(Shape(256))
    let doubles: Tensor<Double> = workspace.tensor(Shape(256))
    PixelScaling.convert(bytes, into: floats)
    PixelScaling.convert(bytes, into: doubles)
    #expect(floats.elements.first == -1 && floats.elements.last == 1)
    #expect(Array(floats.elements) == (0..<256).map { Float($0) / 127.5 - 1 })
    #expect(Array(doubles.elements) == (0..<256).map { Double($0) / 127.5 - 1 })
    #expect(PixelScaling.bytes(of: floats) == Array(bytes))
    withExtendedLifetime(workspace) {}
  }

  @Test func cutsOffWhatNoByteCanHold() {
    let cases: [(Float, UInt8)] = [(-1.1, 0), (1.1, 255), (.infinity, 255), (-.infinity, 0), (.nan, 0), (0, 128)]
    for (number, byte) in cases { #expect(PixelScaling.byte(number) == byte, "\(number)") }
  }
}
