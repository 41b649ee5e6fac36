public import Datasets
public import Networks

/// Everything that determines a run, resolved: settings that fit together, what the data decided, and both networks' tables.
///
/// A value of this type has been validated, and nothing in it is unknown.
@dynamicMemberLookup
public struct TrainingConfiguration: Hashable, Sendable {
  /// The settings, those that the data decide included.
  public let settings: TrainingSettings
  /// Number of classes.
  public let classes: Int
  /// Channels of an image, 1 or 3.
  public let imageChannels: Int
  /// The generator's table.
  public let generator: GeneratorArchitecture
  /// The discriminator's table.
  public let discriminator: DiscriminatorArchitecture

  /// Resolves settings that name classes and image channels.
  ///
  /// - Parameter settings: With nothing left for data to decide.
  /// - Throws: `ConfigurationError` where they do not fit together, or leave something open.
  public init(_ settings: TrainingSettings) throws(ConfigurationError) {
    guard let classes = settings.classes, let imageChannels = settings.imageChannels else {
      throw ConfigurationError(
        "expected settings with 'classes' and 'image-channels' and found none; name the data set")
    }
    try settings.validate()
    self.settings = settings
    self.classes = classes
    self.imageChannels = imageChannels
    generator = try settings.generatorArchitecture(classes: classes, imageChannels: imageChannels)
    discriminator = try settings.discriminatorArchitecture(classes: classes, imageChannels: imageChannels)
  }

  /// Settings with tables that no preset has, for tests.
  package init(
    _ settings: TrainingSettings, generator: GeneratorArchitecture, discriminator: DiscriminatorArchitecture
  ) {
    self.settings = settings
    classes = generator.classes
    imageChannels = generator.imageChannels
    self.generator = generator
    self.discriminator = discriminator
  }

  /// Any other setting.
  @inlinable
  public subscript<Value>(dynamicMember path: KeyPath<TrainingSettings, Value>) -> Value { settings[keyPath: path] }
}

extension TrainingConfiguration {
  /// Factor of both learning rates in the updates of `step`, counted from 0.
  public func learningRateFactor(step: Int) -> Double {
    guard let end = settings.decayEnd, step > settings.decayStart else { return 1 }
    return max(0, 1 - Double(step - settings.decayStart) / Double(end - settings.decayStart))
  }

  /// Decay of the moving average in the generator update of `step`, counted from 0 as `averageStart` is not; 0 copies.
  public func averageDecay(step: Int) -> Double { step + 1 < settings.averageStart ? 0 : settings.averageDecay }
}

extension TrainingSettings {
  /// Finds the data set, and takes from it what the settings leave open.
  ///
  /// Nothing is decoded or written.
  ///
  /// - Returns: The configuration, and the data set to be opened.
  /// - Throws: `DatasetError` when it is missing or damaged, or does not fit the settings; `ConfigurationError` where these do
  ///   not fit together.
  public func resolved() throws -> (configuration: TrainingConfiguration, data: DatasetHandle) {
    let request = ImageSpecification(
      resolution: resolution, channels: imageChannels, classes: classes, resize: resize, orientation: orientation,
      skipsBadImages: skipBadImages,
      part: heldOut.map(DataPart.kept) ?? .all)
    let data: DatasetHandle
    do throws(DatasetError) {
      data = try DataSpecification(parsing: self.data).find(request)
    } catch {
      guard error.kind == .configuration, let from, let classes else { throw error }
      // Networks that come from another run cannot be made to fit.
      throw ConfigurationError(
        "\(error.message.split(separator: ";")[0]); the networks are those of the run in '\(from)', which has \(classes) classes "
          + "and resolution \(resolution): choose other data, or start a new run without --from")
    }
    var complete = self
    complete.imageChannels = data.channels
    complete.classes = data.classNames.count
    return (try TrainingConfiguration(complete), data)
  }
}
