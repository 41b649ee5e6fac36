public import Datasets

extension TrainingConfiguration {
  /// Opens the data set, and takes classes and image channels from it where they are not set.
  ///
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when it is missing or damaged, or does not fit the settings.
  public mutating func openData() throws(DatasetError) -> any LabeledImages {
    let source = try DataSpecification(parsing: data).open(
      resolution: resolution, channels: imageChannels == 0 ? nil : imageChannels,
      classes: classes == 0 ? nil : classes)
    imageChannels = source.channels
    classes = source.classNames.count
    return source
  }
}
