/// A sample, or what lies between two of them.
public struct Blend: Sendable, Equatable {
  /// Where it begins.
  public let first: Sample
  /// Where it goes.
  public let second: Sample
  /// How far the latent vector is on its way, 0…1.
  public let latentShare: Double
  /// How far the class is.
  public let classShare: Double

  /// A place between two samples.
  ///
  /// - Parameters:
  ///   - first: Where it begins.
  ///   - second: Where it goes.
  ///   - latentShare: How far the latent vector is on its way, 0…1.
  ///   - classShare: How far the class is.
  public init(_ first: Sample, _ second: Sample, latentShare: Double, classShare: Double) {
    precondition((0...1).contains(latentShare) && (0...1).contains(classShare), "\(latentShare), \(classShare)")
    (self.first, self.second) = (first, second)
    (self.latentShare, self.classShare) = (latentShare, classShare)
  }

  /// One sample as it is.
  public init(_ sample: Sample) { self.init(sample, sample, latentShare: 0, classShare: 0) }
}
