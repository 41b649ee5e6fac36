internal import Files
internal import Kernels
package import Layers
internal import Tensors

/// A network that tells the classes of a data set, as it was trained on that data set's images.
public final class Classifier: Sendable {
  /// How it was trained, and how well it does.
  public let description: ClassifierDescription
  /// Its numbers.
  package let weights: Weights<Float>
  /// Equal for equal numbers of equal networks, on whatever machine: 32 digits.
  public let digest: String

  /// A trained classifier.
  package init(_ description: ClassifierDescription, _ weights: Weights<Float>) {
    self.description = description
    self.weights = weights
    digest = Self.digest(description.recipe, weights)
  }

  /// How it was built and trained.
  public var recipe: ClassifierRecipe { description.recipe }

  private static func digest(_ recipe: ClassifierRecipe, _ weights: Weights<Float>) -> String {
    let hash = Fingerprint()
    for number in [recipe.resolution, recipe.channels, recipe.classes] { hash.update(number) }
    for arena in [weights.parameters, weights.statistics] {
      for entry in arena.layout.entries {
        hash.update(entry.name)
        arena.fileOrder(entry).withUnsafeBytes { hash.update($0) }
      }
    }
    return hash.hexadecimal
  }
}

/// What a classifier was trained on, and how well it tells images that it was not trained on.
public struct ClassifierDescription: Sendable, Equatable, Codable {
  /// How it was built and trained.
  public let recipe: ClassifierRecipe
  /// The version of recipes that it was trained with.
  public let version: Int
  /// The fingerprint of the images it was trained on.
  public let trainingFingerprint: String
  /// The fingerprint of the images it was judged by; none where there were none.
  public let heldOutFingerprint: String?
  /// The number of images it was judged by.
  public let heldOutCount: Int
  /// How many of them got their class.
  public let heldOutCorrect: Int

  /// What is known of a classifier before it has been judged.
  init(_ recipe: ClassifierRecipe, training: ImageSelection, heldOut: ImageSelection?, correct: Int) {
    self.recipe = recipe
    version = ClassifierRecipe.version
    trainingFingerprint = training.fingerprint
    heldOutFingerprint = heldOut?.fingerprint
    heldOutCount = heldOut?.count ?? 0
    heldOutCorrect = correct
  }

  /// The share of held-out images that get their class; `nil` where there were none.
  public var accuracy: Double? { heldOutCount > 0 ? Double(heldOutCorrect) / Double(heldOutCount) : nil }

  /// For people, and for the line that says how a score was made.
  public var text: String {
    let form = "\(recipe.resolution)×\(recipe.resolution)×\(recipe.channels), \(recipe.classes) classes"
    let seen = "\(grouped(recipe.steps)) steps of \(recipe.batch) images"
    guard let accuracy else { return "\(form), \(seen), no held-out images" }
    let percent = (accuracy * 10_000).rounded() / 100
    return "\(form), \(seen), accuracy \(percent) % on \(grouped(heldOutCount)) held-out images"
  }
}
