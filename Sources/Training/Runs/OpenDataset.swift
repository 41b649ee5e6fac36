package import DataParallel
package import Datasets
internal import Foundation
package import Logging

extension DatasetHandle {
  /// Opens the data set on all ranks; the first rank decodes images for all that see the same folder.
  ///
  /// The other ranks of its host sleep meanwhile, as waiting for a message would take the cores away from it. Ranks of
  /// hosts that do not share the folder decode for themselves afterwards, one on each.
  ///
  /// - Parameters:
  ///   - access: How to get at the images.
  ///   - replicas: The ranks; all of them call this.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` on one rank, `RemoteFailureError` on the others.
  package func open(_ access: DecodeOptions, on replicas: ReplicaGroup) throws -> any ImageDataset {
    let reservation = try replicas.agree { replicas.isRoot ? try reserve(access) : nil }
    let first: (any ImageDataset)? = try replicas.agree {
      if replicas.isRoot { return try open(access, reservation) }
      waitForOthers(access)
      return nil
    }
    return try replicas.agree { try first ?? open(access) }
  }
}

extension ImageDataset {
  /// Checks that all ranks have the same images; every rank calls it.
  ///
  /// - Parameters:
  ///   - name: What the images are called, for people.
  ///   - replicas: The ranks.
  /// - Throws: `DatasetError` on rank 0, `RemoteFailureError` on the others.
  package func checkSame(_ name: String, on replicas: ReplicaGroup) throws {
    let strangers = replicas.mismatch(of: Array(fingerprint.utf8))
    try replicas.agree {
      if replicas.isRoot, let rank = strangers.first {
        throw DatasetError(
          .malformed, "rank \(rank) has other images than rank 0 under '\(name)'; copy the same data to all hosts")
      }
    }
  }
}

extension DecodeOptions {
  /// Access that tells a logger.
  package init(cacheFolder: String, threads: Int, logger: Logger) {
    self.init(cacheFolder: cacheFolder, threads: threads) { notice in
      logger.log(level: notice.isWarning ? .warning : .info, "\(notice)")
    }
  }
}
