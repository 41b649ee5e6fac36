internal import Checkpoints
internal import Layers
internal import Tensors

/// The tensors of a network by name, in the layouts of files.
struct NetworkTensors {
  private let places: [String: (entry: ArenaLayout.Entry, arena: Arena<Float>)]
  /// Names, parameters first and in forward order.
  let names: [String]

  init(_ weights: Weights<Float>) {
    var places: [String: (ArenaLayout.Entry, Arena<Float>)] = [:]
    var names: [String] = []
    for arena in [weights.parameters, weights.statistics, weights.spectra] {
      for entry in arena.layout.entries {
        places[entry.name] = (entry, arena)
        names.append(entry.name)
      }
    }
    (self.places, self.names) = (places, names)
  }

  func has(_ name: String) -> Bool { places[name] != nil }

  func shape(_ name: String) -> [Int] { place(name).entry.fileShape }

  func numbers(_ name: String) -> [Float] {
    let place = place(name)
    return place.arena.fileOrder(place.entry)
  }

  /// A module's weight, divided by its spectral norm if it has one, and times a factor.
  func used(_ module: String, factor: Float = 1) -> [Float] {
    let scale = has(module + ".sigma") ? factor / numbers(module + ".sigma")[0] : factor
    return numbers(module + ".weight").map { $0 * scale }
  }

  private func place(_ name: String) -> (entry: ArenaLayout.Entry, arena: Arena<Float>) {
    guard let place = places[name] else { preconditionFailure("the network has no '\(name)'") }
    return place
  }
}
