internal import DataParallel
internal import Files
internal import Tensors

/// Finds images that are there twice, by their features: equal pixels have equal bits of features, wherever they come from.
struct RepeatedRows {
  let replicas: ReplicaGroup

  /// A checksum of the features of each image, on all ranks.
  private func hashes(_ table: FeatureTable) -> [UInt64] {
    replicas.joined(
      table.withOwnPart { part in
        (0..<part.images.count).map { row in
          Fingerprint.hash64(UnsafeRawBufferPointer(part.features[rows: row..<row + 1].elements))
        }
      })
  }

  /// What people should know of images that are there twice; all ranks call it.
  ///
  /// - Parameters:
  ///   - generated: Features of the generated images.
  ///   - reference: Features of the reference; `nil` where only moments are known.
  /// - Returns: A sentence for each kind of repetition.
  func warnings(_ generated: FeatureTable, _ reference: FeatureTable?) -> [String] {
    let own = hashes(generated)
    var result: [String] = []
    let copies = own.count - Set(own).count
    if copies > 0 {
      result.append(
        "\(grouped(copies)) of the \(grouped(own.count)) generated images look to the network like another one of them")
    }
    guard let reference else { return result }
    let others = Set(hashes(reference))
    let common = own.count { others.contains($0) }
    if common > 0 {
      result.append(
        "\(grouped(common)) of the \(grouped(own.count)) generated images are images of the reference, too: where those were trained on, "
          + "scores say how well images are copied; compare with others")
    }
    return result
  }
}
