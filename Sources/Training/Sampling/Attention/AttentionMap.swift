/// What the queries of one image look at in one layer.
///
/// Keys are those of the map pooled 2 × 2, so that key (i, j) covers the square from 2i, 2j to 2i + 2, 2j + 2 of the map.
package struct AttentionMap {
  /// Height and width of the map.
  package let side: Int
  /// `[side², (side / 2)²]`, each row a softmax.
  package let weights: ArraySlice<Float>

  /// A map of `side` × `side` with these weights.
  package init(side: Int, _ weights: ArraySlice<Float>) {
    precondition(
      weights.count == side * side * side * side / 4, "\(weights.count) weights of a map of \(side) × \(side)")
    (self.side, self.weights) = (side, weights)
  }

  /// One image of a layer.
  init(_ layer: AttentionSet.Layer, image: Int) {
    let count = layer.weightsPerImage
    self.init(side: layer.side, layer.weights[image * count..<(image + 1) * count])
  }

  /// Height and width of the keys' map.
  package var keys: Int { side / 2 }

  /// The weights of a query, row by row of the keys' map.
  package func row(_ query: Int) -> ArraySlice<Float> {
    let start = weights.startIndex + query * keys * keys
    return weights[start..<start + keys * keys]
  }

  /// The weight at a place of the map, linear between the middles of keys.
  ///
  /// - Parameters:
  ///   - row: A query's weights.
  ///   - x: Columns from the left rim, in columns of keys.
  ///   - y: Rows from the upper rim.
  /// - Returns: The weight.
  package func weight(_ row: ArraySlice<Float>, x: Double, y: Double) -> Double {
    func place(_ t: Double) -> (Int, Int, Double) {
      let t = min(max(t - 0.5, 0), Double(keys - 1))
      let low = min(Int(t), keys - 1)
      return (low, min(low + 1, keys - 1), t - Double(low))
    }
    let ((top, bottom, v), (left, right, u)) = (place(y), place(x))
    func at(_ i: Int, _ j: Int) -> Double { Double(row[row.startIndex + i * keys + j]) }
    return (1 - v) * ((1 - u) * at(top, left) + u * at(top, right))
      + v * ((1 - u) * at(bottom, left) + u * at(bottom, right))
  }

  /// Where a query's attention gathers: the key around which, with its neighbours at half and quarter weight, most of it lies.
  ///
  /// A single large weight far from all others is not where most of the attention is.
  ///
  /// - Parameter query: The query.
  /// - Returns: The middle of that key, as parts of the side; of equal ones the first.
  package func gathering(of query: Int) -> (x: Double, y: Double) {
    let row = row(query)
    var (best, place) = (-1.0, 0)
    for i in 0..<keys {
      for j in 0..<keys {
        var sum = 0.0
        for (down, part) in [(-1, 0.5), (0, 1.0), (1, 0.5)] where (0..<keys).contains(i + down) {
          for (across, share) in [(-1, 0.5), (0, 1.0), (1, 0.5)] where (0..<keys).contains(j + across) {
            sum += part * share * Double(row[row.startIndex + (i + down) * keys + j + across])
          }
        }
        if sum > best { (best, place) = (sum, i * keys + j) }
      }
    }
    let size = Double(keys)
    return ((Double(place % keys) + 0.5) / size, (Double(place / keys) + 0.5) / size)
  }
}
