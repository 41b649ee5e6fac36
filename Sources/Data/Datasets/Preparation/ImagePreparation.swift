internal import Files
internal import Images
internal import Synchronization
package import Threads

/// The images of a data set in the form that a network wants, made share by share and kept nowhere.
///
/// Used by one thread, which has others help it.
package final class ImagePreparation {
  private enum Source: Sendable {
    case collection(any ImageCollection, ImageSpecification)
    case images(any ImageDataset)
  }

  private let source: Source
  /// A name for people.
  package let title: String
  /// The path or text that names the images.
  package let place: String
  /// The names of the classes.
  package let classNames: [String]
  /// How many images there are, bad ones included.
  package let count: Int
  /// Height and width.
  package let resolution: Int
  /// 1 or 3.
  package let channels: Int
  /// Equal for equal images in equal form.
  package let key: String
  /// How many images one thread makes at a time.
  package let together: Int
  /// Whether images can be read in their order alone, and damage does not tell which of them is bad.
  package let isSequential: Bool
  /// Whether a class of which no image can be read is an error.
  let needsEveryClass: Bool
  /// What lies beside the images.
  package let findings: FolderFindings
  /// Where images can be read in their order alone: the reader, which is at some image.
  private var reader: (any ImageReader)?

  /// The images of a collection.
  init(_ collection: any ImageCollection, _ request: ImageSpecification, channels: Int, key: String) {
    source = .collection(collection, request)
    (title, place, classNames, count) = (collection.title, collection.place, collection.classNames, collection.count)
    (resolution, self.channels, self.key) = (request.resolution, channels, key)
    isSequential = !collection.tellsBadImages
    together = isSequential ? 1 : max(collection.imagesTogether, 1)
    (needsEveryClass, findings) = (collection.needsEveryClass, collection.findings)
  }

  /// Images that need no decoding.
  init(_ images: any ImageDataset, _ request: ImageSpecification) {
    source = .images(images)
    (title, place, classNames, count) = (images.description, images.description, images.classNames, images.count)
    (resolution, channels) = (images.resolution, images.channels)
    let hash = Fingerprint()
    hash.update("images that need no decoding")
    hash.update(images.fingerprint)
    for name in images.classNames + [request.resize.rawValue, request.orientation.rawValue] { hash.update(name) }
    for number in [images.resolution, images.channels, images.count] { hash.update(number) }
    key = hash.hexadecimal
    (together, isSequential, needsEveryClass, findings) = (1, false, false, FolderFindings())
  }

  /// Bytes of one image.
  package var imageSize: Int { resolution * resolution * channels }

  /// The class of an image.
  package func label(_ index: Int) -> Int32 {
    switch source {
    case .collection(let collection, _): collection.label(index)
    case .images(let images): Int32(images.label(index))
    }
  }

  /// What people know an image by.
  package func name(_ index: Int) -> String {
    if case .collection(let collection, _) = source { collection.name(index) } else { "image \(index)" }
  }

  /// How many images a share has: enough work for the threads, little enough memory, and whole blocks of images where that fits.
  ///
  /// - Parameters:
  ///   - threads: How many help; no image depends on it.
  ///   - imagesOfThread: How many images each of them makes, where these do not lie in blocks.
  /// - Returns: A number above 0.
  package func shareCount(threads: Int, imagesOfThread: Int) -> Int {
    let most = max(Self.shareBytes / imageSize, 1)
    guard together > 1, !isSequential else { return min(most, imagesOfThread * threads) }
    // A block for each thread, unless that takes too much memory; of a block that does, a part.
    let blocks = 4 * most / together
    return blocks == 0 ? 4 * most : min(max(most / together, threads), blocks) * together
  }

  /// The bytes of a share, where a block is not larger.
  private static let shareBytes = 32 << 20

  /// Makes some of the images.
  ///
  /// - Parameters:
  ///   - range: Which; later ones than those of earlier calls where the images are sequential.
  ///   - pool: The threads.
  /// - Returns: The images in their order, whatever the number of threads.
  /// - Throws: `DatasetError` where what the images lie in cannot be read.
  package func share(_ range: Range<Int>, pool: WorkerPool) throws(DatasetError) -> PreparedShare {
    var outcome = PreparedShare.Report()
    var failure: DatasetError?
    var pixels = [UInt8](unsafeUninitializedCapacity: range.count * imageSize) { pixels, count in
      count = range.count * imageSize
      do throws(DatasetError) {
        switch source {
        case .collection(let collection, let request):
          outcome =
            isSequential
            ? try readOn(collection, request, range, pixels) : read(collection, request, range, pixels, pool)
        case .images(let images): try copy(images, range, pixels, pool)
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    outcome.sort()
    outcome.count = range.count - outcome.bad.count
    PreparedShare.closeGaps(of: outcome.bad.map { $0.index - range.lowerBound }, in: &pixels, imageSize)
    return PreparedShare(pixels: pixels, report: outcome)
  }

  /// Reads images on several threads.
  private func read(
    _ collection: any ImageCollection, _ request: ImageSpecification, _ range: Range<Int>,
    _ pixels: UnsafeMutableBufferPointer<UInt8>, _ pool: WorkerPool
  ) -> PreparedShare.Report {
    let outcome = Mutex(PreparedShare.Report())
    let target = Shared(pixels)
    let (channels, size, together) = (channels, imageSize, together)
    pool.run((range.count + together - 1) / together) { task, _ in
      let first = range.lowerBound + task * together
      let images = first..<min(first + together, range.upperBound)
      do throws(FileError) {
        let reader = try collection.reader()
        for index in images {
          do throws(FileError) {
            let reading = try reader.read(index)
            let (image, original) = request.prepared(reading, channels: channels)
            let start = (index - range.lowerBound) * size
            _ = UnsafeMutableBufferPointer(rebasing: target.pointer[start..<start + size]).update(from: image.pixels)
            outcome.withLock { $0.note(index, reading, original) }
          } catch {
            outcome.withLock { $0.bad.append(.init(index: index, error: error)) }
          }
        }
      } catch {
        let problem = error
        outcome.withLock { $0.bad += images.map { .init(index: $0, error: problem) } }
      }
    }
    return outcome.withLock { $0 }
  }

  /// Reads images one after the other.
  private func readOn(
    _ collection: any ImageCollection, _ request: ImageSpecification, _ range: Range<Int>,
    _ pixels: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) -> PreparedShare.Report {
    var outcome = PreparedShare.Report()
    do throws(FileError) {
      let reader = if let reader { reader } else { try collection.reader() }
      self.reader = reader
      for index in range {
        let reading = try reader.read(index)
        let (image, original) = request.prepared(reading, channels: channels)
        let start = (index - range.lowerBound) * imageSize
        _ = UnsafeMutableBufferPointer(rebasing: pixels[start..<start + imageSize]).update(from: image.pixels)
        outcome.note(index, reading, original)
      }
    } catch {
      throw DatasetError(error)
    }
    return outcome
  }

  /// Copies images that need no decoding.
  private func copy(
    _ images: any ImageDataset, _ range: Range<Int>, _ pixels: UnsafeMutableBufferPointer<UInt8>, _ pool: WorkerPool
  ) throws(DatasetError) {
    let failure = Mutex<DatasetError?>(nil)
    let target = Shared(pixels)
    let (size, together) = (imageSize, together)
    pool.run((range.count + together - 1) / together) { task, _ in
      let first = range.lowerBound + task * together
      do throws(DatasetError) {
        for index in first..<min(first + together, range.upperBound) {
          let start = (index - range.lowerBound) * size
          try images.copyPixels(
            index, into: UnsafeMutableBufferPointer(rebasing: target.pointer[start..<start + size]))
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
