import Trainer
import DataParallel
import Layers
import Networks
import Optimizers
import Tensors

extension Check {
  /// Numbers that are not finite end the run on all ranks in the same step, and the first place is named.
  static var lostNumbers: [Check] {
    [
      lost("'block1.conv2.weight' of the discriminator", on: .last) { trainer in
        trainer.discriminator.context.weights.parameters.spoil("block1.conv2.weight", with: .nan)
      },
      lost("'block0.conv1.weight' of the generator", on: .last) { trainer in
        trainer.generator.context.weights.parameters.spoil("block0.conv1.weight", with: .infinity)
      },
      lost("'block0.bn1.running_mean' of the generator", on: .last) { trainer in
        trainer.generator.context.weights.statistics.spoil("block0.bn1.running_mean", with: .nan)
      },
      lost("'block0.conv1.weight' of the generator", on: .all) { trainer in
        trainer.generatorAdam.second.spoil("block0.conv1.weight", with: .nan)
      },
      lost("'block1.conv1.weight' of the discriminator", on: .all) { trainer in
        trainer.discriminatorAdam.second.spoil("block1.conv1.weight", with: .nan)
      },
      lost("the input of 'block0' of the discriminator", on: .all, image: .infinity) { _ in },
      Check(name: "finite numbers pass") { replicas in
        let trainer = try trained(replicas)
        try step(trainer)
        try trainer.checkState()
      },
    ]
  }

  /// Where numbers are lost.
  private enum Place { case last, all }

  /// Spoils a number, makes a step, and compares what is said with the place.
  private static func lost(
    _ name: String, on place: Place, image: Float? = nil, _ spoil: @escaping (Trainer<Float>) -> Void
  ) -> Check {
    let title = "lost numbers in \(name) on \(place == .all ? "all ranks" : "one rank") are found"
    return Check(name: title, leastRanks: place == .all ? 1 : 2) { replicas in
      let trainer = try trained(replicas)
      if place == .all || replicas.rank == replicas.size - 1 { spoil(trainer) }
      do {
        try step(trainer, lastRanksFirstNumber: image)
        // Rectifiers hide some of them from the losses.
        try trainer.checkState()
      } catch let error as NonFiniteError {
        try expect(replicas.isRoot, "rank \(replicas.rank) speaks, too")
        try expect(error.place == name, "found \(error.place)")
        try expect(error.ranks == (place == .all ? [] : [replicas.size - 1]), "\(error)")
        return
      } catch is RemoteFailureError {
        return try expect(!replicas.isRoot, "root leaves the word to another rank")
      }
      throw CheckFailure(description: "nothing was found")
    }
  }
}

extension Arena<Float> {
  /// Replaces a tensor's first number.
  fileprivate func spoil(_ name: String, with number: Float) {
    guard let entry = layout.entries.first(where: { $0.name == name }) else {
      preconditionFailure("there is no \(name)")
    }
    values[entry.range.lowerBound] = number
  }
}
