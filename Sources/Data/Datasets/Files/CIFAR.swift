internal import Files
internal import Formats

/// Which classes the images of CIFAR-100 have.
public enum CIFAR100Labels: String, Sendable {
  /// A hundred.
  case fine
  /// Twenty, of five fine ones each.
  case coarse

  /// Takes the labels off the end of a text such as `photos:coarse`; a folder of that name is written with a slash behind it.
  static func split(_ text: String?) -> (directory: String?, labels: CIFAR100Labels) {
    var words = text?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    let labels = words.last.flatMap { CIFAR100Labels(rawValue: String($0)) }
    if labels != nil { words.removeLast() }
    return (words.isEmpty ? nil : words.joined(separator: ":"), labels ?? .fine)
  }
}

/// The 50,000 training or 10,000 test images of CIFAR-10 or CIFAR-100: animals, plants and things in colour.
///
/// Published by Krizhevsky (2009) in a binary version and one for Python; whichever is there is read. All pixels are held in memory.
struct CIFAR {
  private let form: CIFARBatch.Form
  private let labels: CIFAR100Labels
  private let split: DataSplit

  /// CIFAR-10's images.
  static func ten(_ split: DataSplit) -> CIFAR { CIFAR(form: .cifar10, labels: .fine, split: split) }

  /// CIFAR-100's images.
  static func hundred(_ labels: CIFAR100Labels, _ split: DataSplit) -> CIFAR {
    CIFAR(form: .cifar100, labels: labels, split: split)
  }

  /// The files of the binary version.
  private var binaryNames: [String] {
    form == .cifar10
      ? split.isTest ? ["test_batch.bin"] : (1...5).map { "data_batch_\($0).bin" }
      : split.isTest ? ["test.bin"] : ["train.bin"]
  }

  /// The word before the colon.
  private var kind: String { form == .cifar10 ? "cifar10" : "cifar100" }

  /// Reads the data set.
  ///
  /// - Parameters:
  ///   - directory: Where the files are.
  ///   - request: The form wanted; images of 32×32 are enlarged for larger networks.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when files are missing or damaged.
  func open(_ directory: String, _ request: ImageSpecification) throws(DatasetError) -> StoredImages {
    var pixels: [UInt8] = []
    var numbers: [UInt8] = []
    let isPickled =
      FileStatus(directory + "/" + binaryNames[0]) == nil
      && FileStatus(directory + "/" + binaryNames[0].dropLast(4)) != nil
    for binaryName in binaryNames {
      let name = isPickled ? String(binaryName.dropLast(4)) : binaryName
      do throws(FileError) {
        let (path, memory) = (directory + "/" + name, MemoryLimit.byteCount)
        let batch =
          isPickled
          ? try CIFARBatch(pickle: path, form, memory: memory) : try CIFARBatch(path: path, form, memory: memory)
        pixels += batch.pixels
        numbers += labels == .coarse ? batch.coarseLabels : batch.labels
      } catch {
        guard error.kind == .missing else { throw DatasetError(error) }
        throw NearMiss.lacking(
          name, kind, in: directory,
          advice: "name the folder that holds the files of \(form.title)'s binary version or of the one for Python")
      }
    }
    let side = CIFARBatch.side
    let title = form.title + (labels == .coarse ? " (coarse labels)" : "")
    let names = try classNames(
      form == .cifar10 ? Self.ten : labels == .coarse ? Self.twenty : Self.hundred, wanted: request.classes,
      largest: Int(numbers.max() ?? 0), of: title)
    let count = try split.count(of: numbers.count, in: directory)
    let images = try FittedImages(
      pixels.prefix(count * side * side * 3), shape: (count, side, side, 3), request, growth: .resized)
    return try StoredImages(
      "\(title), \(count) \(split.noun) of \(side)×\(side)"
        + (request.resolution == side ? "" : " enlarged to \(request.resolution)×\(request.resolution)")
        + ", from \(directory)",
      images, labels: Array(numbers.prefix(count)), classNames: names, channels: request.channels ?? 3,
      original: (side, side))
  }

  private static let ten = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  private static let twenty = [
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
    "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates",
    "people", "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
  ]

  private static let hundred = [
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
    "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
    "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
    "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard",
    "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid",
    "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum",
    "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper",
    "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
    "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf",
    "woman", "worm",
  ]
}
