import TestSupport
import Images
import Testing

/// Resizing and conversion to grey; expected pixels are Pillow's, to the byte (see `Fixtures`).
@Suite struct ResizingTests {
  @Test(arguments: PillowFilter.allCases, [(16, 16), (96, 80), (20, 70)])
  func resizesAsPillow(filter: PillowFilter, size: (width: Int, height: Int)) throws {
    let colour = try Fixtures.image("colour")
    let image = colour.resized(width: size.width, height: size.height, pillow: filter)
    #expect(try image == Fixtures.image("\(filter.rawValue)-\(size.width)x\(size.height)"))
    if let same = ResizeFilter(rawValue: filter.rawValue) {
      #expect(colour.resized(width: size.width, height: size.height, same) == image)
    }
  }

  @Test func cutsTheSquareInTheMiddle() throws {
    let square = try Fixtures.image("colour").centreSquare()
    #expect(try square.resized(width: 32, height: 32, .bilinear) == Fixtures.image("square-32"))
    // 5 of 2 rows: half of 3 is rounded to the even 2, and half of 1 to 0.
    let numbers = DecodedImage(pixels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], width: 5, height: 2, channels: 1)
    #expect(numbers.centreSquare().pixels == [2, 3, 7, 8])
    let tall = DecodedImage(pixels: [0, 1, 2, 3, 4, 5], width: 2, height: 3, channels: 1)
    #expect(tall.centreSquare().pixels == [0, 1, 2, 3])
  }

  @Test func makesGreyAsPillow() throws {
    let colour = try Fixtures.image("colour")
    let grey = colour.grey()
    #expect(try grey == Fixtures.image("luma"))
    #expect(grey.colours().grey() == grey)
    #expect(colour.colours() == colour)
  }

  @Test(arguments: ResizeFilter.allCases) func theSameSizeIsTheSameImage(filter: ResizeFilter) throws {
    let image = try Fixtures.image("colour")
    #expect(image.resized(width: 61, height: 47, filter) == image)
  }

  @Test(arguments: ResizeFilter.allCases) func onePixelBecomesAPlane(filter: ResizeFilter) {
    let pixel = DecodedImage(pixels: [1, 2, 3], width: 1, height: 1, channels: 3)
    #expect(pixel.resized(width: 2, height: 2, filter).pixels == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
  }
}
