internal import Files
internal import Formats

/// The 50,000 training or 10,000 test images of CIFAR-10: ten kinds of animals and vehicles in colour.
///
/// Published by Krizhevsky (2009); read from the five files `data_batch_1.bin` to `data_batch_5.bin` of its binary
/// version, or from `test_batch.bin`. All pixels are held in memory.
enum CIFAR10 {
  private static let names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Reads the data set.
  ///
  /// - Parameters:
  ///   - directory: Where the files are.
  ///   - split: Which images.
  ///   - request: The form wanted; images of 32×32 are enlarged for larger networks.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when files are missing or damaged.
  static func open(_ directory: String, _ split: DataSplit, _ request: ImageSpecification) throws(DatasetError)
    -> StoredImages
  {
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    let batches = split.isTest ? ["test_batch.bin"] : (1...5).map { "data_batch_\($0).bin" }
    for name in batches {
      do throws(FileError) {
        let batch = try CIFAR10Batch(path: directory + "/" + name, memory: MemoryLimit.byteCount)
        pixels += batch.pixels
        labels += batch.labels
      } catch {
        guard error.kind == .missing else { throw DatasetError(error) }
        throw NearMiss.lacking(
          name, "cifar10", in: directory, advice: "name the folder that holds the files of CIFAR-10's binary version")
      }
    }
    let side = CIFAR10Batch.side
    let names = try classNames(names, wanted: request.classes, largest: Int(labels.max() ?? 0), of: "CIFAR-10")
    let count = try split.count(of: labels.count, in: directory)
    let images = try FittedImages(
      pixels.prefix(count * side * side * 3), shape: (count, side, side, 3), request, growth: .resized)
    return try StoredImages(
      "CIFAR-10, \(count) \(split.noun) of \(side)×\(side)"
        + (request.resolution == side ? "" : " enlarged to \(request.resolution)×\(request.resolution)")
        + ", from \(directory)",
      images, labels: Array(labels.prefix(count)), classNames: names, channels: request.channels ?? 3,
      original: (side, side))
  }
}
