public import DataParallel
internal import Files
internal import Kernels
internal import Layers
internal import MPI
internal import Tensors
public import Threads

/// Classifiers that have been trained, in a folder, by what they were trained on.
public struct ClassifierCache: Sendable {
  /// What people should know while a classifier is looked for and trained.
  public enum Event: Sendable, Equatable {
    /// There is a file, and it cannot be used.
    case unusable(reason: String)
    /// None is there: training begins.
    case training(file: String)
    /// So many images of a training have been seen.
    case progress(ClassifierProgress)
    /// The classifier is trained and cannot be kept.
    case unwritable(reason: String)
  }

  /// Where they are.
  public let folder: String

  /// The cache in a folder, which is made when it is written to.
  public init(_ folder: String) { self.folder = folder }

  /// Where the classifier for some images is or shall be.
  ///
  /// - Parameters:
  ///   - training: The images to train on.
  ///   - heldOut: The images to judge it by.
  ///   - recipe: How it is trained.
  /// - Returns: A path, another one for each content of the images, their form, and version of the recipe.
  public func path(_ training: ImageSelection, _ heldOut: ImageSelection?, _ recipe: ClassifierRecipe) -> String {
    let hash = Fingerprint()
    hash.update(training.fingerprint)
    hash.update(heldOut?.fingerprint ?? "")
    hash.update(ClassifierRecipe.version)
    hash.update(JSONText.encode(recipe))
    return "\(folder)/\(Self.prefix)\(hash.hexadecimal)\(Self.suffix)"
  }

  private static let prefix = "classifier-"
  private static let suffix = ".safetensors"

  /// Whether a file's name is such as `path` makes.
  static func isName(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(suffix)
      && Fingerprint.isOne(name.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// The classifier for some images, which is trained if it is not there; every rank calls it, and gets the same one.
  ///
  /// Only root reads and writes files. Two processes that train the same one write the same bytes.
  ///
  /// - Parameters:
  ///   - training: The images to train on.
  ///   - heldOut: The images to judge it by.
  ///   - recipe: How it is trained; the images' own where `nil`.
  ///   - replicas: The ranks, any number of them.
  ///   - pool: The threads of this rank.
  ///   - report: Is told what happens, on root.
  /// - Returns: The classifier.
  /// - Throws: What `Classifier.train` throws.
  public func classifier(
    for training: ImageSelection, heldOut: ImageSelection? = nil, recipe: ClassifierRecipe? = nil,
    replicas: ReplicaGroup, pool: WorkerPool, report: (Event) -> Void = { _ in }
  ) throws -> Classifier {
    func tell(_ event: Event) { if replicas.isRoot { report(event) } }
    let recipe = try replicas.agree { try recipe ?? ClassifierRecipe(for: training) }
    let path = path(training, heldOut, recipe)
    let found = replicas.isRoot ? lookUp(path, training, heldOut, recipe, report) : nil
    if let classifier = try replicas.share(found) { return classifier }
    tell(.training(file: path))
    let classifier = try Classifier.train(
      on: training, heldOut: heldOut, recipe: recipe, replicas: replicas, pool: pool
    ) { tell(.progress($0)) }
    if replicas.isRoot {
      do throws(ClassifierError) {
        try classifier.write(path)
      } catch {
        tell(.unwritable(reason: error.message))
      }
    }
    return classifier
  }

  /// The classifier in a file, if it is there, whole, and the one that is wanted.
  private func lookUp(
    _ path: String, _ training: ImageSelection, _ heldOut: ImageSelection?, _ recipe: ClassifierRecipe,
    _ report: (Event) -> Void
  ) -> Classifier? {
    do throws(ClassifierError) {
      let classifier = try Classifier.read(path)
      let description = classifier.description
      guard description.recipe == recipe, description.trainingFingerprint == training.fingerprint,
        description.heldOutFingerprint == heldOut?.fingerprint
      else { throw ClassifierError(.data, "the classifier '\(path)' was trained on other images") }
      (try? Folder(folder))?.noteUse(of: Directory.split(path).name)
      return classifier
    } catch {
      if error.kind != .file(.missing) { report(.unusable(reason: error.message)) }
      return nil
    }
  }
}

extension ReplicaGroup {
  /// Gives every rank the classifier that root has, if it has one.
  func share(_ found: Classifier?) throws -> Classifier? {
    var text = found.map { Array(JSONText.encode($0.description).utf8) } ?? []
    var count = [Int64(text.count)]
    count.withUnsafeMutableBytes { broadcast($0, on: .control) }
    guard count[0] > 0 else { return nil }
    if !isRoot { text = [UInt8](repeating: 0, count: Int(count[0])) }
    text.withUnsafeMutableBytes { broadcast($0, on: .control) }
    let description = try JSONText.decode(ClassifierDescription.self, from: text)
    let weights = found?.weights ?? ClassifierNetwork<Float>.weights(description.recipe.architecture)
    for arena in [weights.parameters, weights.statistics] {
      broadcast(UnsafeMutableRawBufferPointer(arena.values), on: .control)
    }
    return found ?? Classifier(description, weights)
  }
}
