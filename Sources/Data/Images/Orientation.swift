internal import Files

/// What is done about the way up that a camera notes in a file.
public enum OrientationRule: String, Sendable, CaseIterable {
  /// Images are turned as their files say.
  case apply
  /// Images lie as they are stored.
  case ignore
}

/// The way up that a file says its image has: EXIF's tag 274, a number from 1, as it is stored, to 8.
enum Orientation {
  /// The number in a file of any of the kinds that are read; 1 where it says nothing that makes sense.
  static func number(_ file: [UInt8]) -> Int {
    let segment = FileKind.isJPEG(file) ? jpeg(file) : WebP.isOne(file) ? webP(file) : png(file)
    guard let segment, let number = tag(file[segment]), (1...8).contains(number) else { return 1 }
    return number
  }

  /// A number of bytes, most significant first.
  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int, _ count: Int, isLittle: Bool = false) -> Int? {
    guard offset >= 0, count <= bytes.count, offset <= bytes.count - count else { return nil }
    let field = bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
    return isLittle ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
  }

  /// The tag in EXIF's directory, which is one of TIFF.
  private static func tag(_ exif: ArraySlice<UInt8>) -> Int? {
    guard let order = number(exif, 0, 2), order == 0x4949 || order == 0x4D4D else { return nil }
    let isLittle = order == 0x4949
    guard number(exif, 2, 2, isLittle: isLittle) == 42, let start = number(exif, 4, 4, isLittle: isLittle),
      let count = number(exif, start, 2, isLittle: isLittle)
    else { return nil }
    for entry in 0..<count {
      let place = start + 2 + 12 * entry
      guard let tag = number(exif, place, 2, isLittle: isLittle) else { return nil }
      guard tag == 274 else { continue }
      // A short number by the standard; some programs write a long one.
      let type = number(exif, place + 2, 2, isLittle: isLittle)
      guard type == 3 || type == 4, number(exif, place + 4, 4, isLittle: isLittle) == 1 else { return nil }
      return number(exif, place + 8, type == 3 ? 2 : 4, isLittle: isLittle)
    }
    return nil
  }

  /// EXIF's bytes in a JPEG file: a segment before the image's data.
  private static func jpeg(_ file: [UInt8]) -> Range<Int>? {
    var position = 2
    while position + 4 <= file.count, file[position] == 0xFF {
      let marker = file[position + 1]
      // Bytes that fill up may stand before a marker.
      if marker == 0xFF {
        position += 1
        continue
      }
      let length = Int(file[position + 2]) << 8 | Int(file[position + 3])
      guard marker != 0xDA, marker != 0xD9, length >= 2, position + 2 + length <= file.count else { return nil }
      let content = position + 4..<position + 2 + length
      if marker == 0xE1, content.count > 6, file[content].starts(with: Array("Exif\0\0".utf8)) {
        return content.lowerBound + 6..<content.upperBound
      }
      position = content.upperBound
    }
    return nil
  }

  /// EXIF's bytes where JPEG's mark before them may be left out.
  private static func unmarked(_ content: Range<Int>, _ file: [UInt8]) -> Range<Int> {
    content.lowerBound + (file[content].starts(with: Array("Exif\0\0".utf8)) ? 6 : 0)..<content.upperBound
  }

  /// EXIF's bytes in a PNG file: the chunk `eXIf`.
  private static func png(_ file: [UInt8]) -> Range<Int>? {
    var position = 8
    while let length = number(file[...], position, 4), length <= file.count - position - 8 {
      let content = position + 8..<position + 8 + length
      if file[position + 4..<position + 8].elementsEqual(Array("eXIf".utf8)) { return unmarked(content, file) }
      position = content.upperBound + 4
    }
    return nil
  }

  /// EXIF's bytes in a WebP file: the chunk `EXIF`.
  private static func webP(_ file: [UInt8]) -> Range<Int>? {
    var position = 12
    while let length = number(file[...], position + 4, 4, isLittle: true), length <= file.count - position - 8 {
      let content = position + 8..<position + 8 + length
      if file[position..<position + 4].elementsEqual(Array("EXIF".utf8)) { return unmarked(content, file) }
      position = content.upperBound + (length & 1)
    }
    return nil
  }
}

extension DecodedImage {
  /// The image turned and mirrored so that it stands as one of EXIF's numbers says.
  ///
  /// - Parameter number: From 1, as it is, to 8; 2, 4, 5 and 7 are mirrored, 5 to 8 lie on a side.
  /// - Returns: The image, as Pillow's `ImageOps.exif_transpose` makes it.
  public func oriented(_ number: Int) -> DecodedImage {
    precondition((1...8).contains(number), "an orientation of \(number)")
    guard number > 1 else { return self }
    let isOnSide = number > 4
    let (newWidth, newHeight) = isOnSide ? (height, width) : (width, height)
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      for row in 0..<newHeight {
        for column in 0..<newWidth {
          let (y, x) =
            switch number {
            case 2: (row, width - 1 - column)
            case 3: (height - 1 - row, width - 1 - column)
            case 4: (height - 1 - row, column)
            case 5: (column, row)
            case 6: (height - 1 - column, row)
            case 7: (height - 1 - column, width - 1 - row)
            default: (column, width - 1 - row)
            }
          for channel in 0..<channels {
            target[(row * newWidth + column) * channels + channel] = pixels[(y * width + x) * channels + channel]
          }
        }
      }
      count = pixels.count
    }
    return DecodedImage(pixels: result, width: newWidth, height: newHeight, channels: channels)
  }
}
