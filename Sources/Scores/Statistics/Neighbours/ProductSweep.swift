internal import BLAS
internal import Tensors
internal import Threads

/// Products of all rows with all columns, a tile at a time: what every score of pairs is made from, without a matrix of all pairs.
///
/// A tile is 256 rows by 512 columns. Where a sample lies in its tile follows from its index in its set, and where there is none the
/// tile is zero: so that a product has the same bits whoever computes it. Products are in single precision, of features less a common vector: that changes no distance and makes the
/// numbers small. Their error is bounded by `uncertainty`; whoever compares a distance and finds it closer to the bound
/// computes `exactDistance`. So all decisions are those of double precision.
struct ProductSweep: Sendable {
  static let (tileRows, tileColumns) = (256, 512)

  let rows: FeatureRows
  let center: [Double]
  let pool: WorkerPool
  /// c·c of the common vector c.
  let centerNorm: Double
  private let scratch: [Scratch]

  /// What a thread works in.
  private struct Scratch: Sendable {
    let rows: CenteredTile
    let columns: CenteredTile
    let products: Tensor<Float>
  }

  /// A sweep over rows, whose tiles lie in `workspace`.
  init(rows: FeatureRows, center: [Double], pool: WorkerPool, in workspace: Workspace) {
    precondition(center.count == rows.dimensions, "a center of \(center.count) of \(rows.dimensions) features")
    (self.rows, self.center, self.pool) = (rows, center, pool)
    centerNorm = center.reduce(0) { $0 + $1 * $1 }
    let d = rows.dimensions
    scratch = (0..<pool.threads).map { _ in
      Scratch(
        rows: CenteredTile(height: Self.tileRows, dimensions: d, in: workspace),
        columns: CenteredTile(height: Self.tileColumns, dimensions: d, in: workspace),
        products: workspace.tensor(Shape(Self.tileRows, Self.tileColumns)))
    }
  }

  /// How far a squared distance from products may be from the exact one, relative to |x′|² + |y′|².
  ///
  /// Errors of a product of d pairs grow with √d where roundings are as often up as down. Sixteen times that holds as well for equal
  /// terms, whose roundings agree, up to the few hundred that are added in a row. The 2 stands for the rounding of the features.
  var uncertainty: Double { 16 * (Double(rows.dimensions).squareRoot() + 2) * 0x1p-24 }

  /// A tile with its products.
  struct Tile {
    /// Its rows, counted from the first of those that are swept.
    let rows: Range<Int>
    /// Its columns, likewise.
    let columns: Range<Int>
    /// x′·y′ of the first row and column and of those that follow, `tileColumns` to a row.
    let products: UnsafePointer<Float>
    /// |x′|² of its rows and columns, and c·x of them.
    let rowNorms: UnsafePointer<Double>
    let columnNorms: UnsafePointer<Double>
    let rowShifts: UnsafePointer<Double>
    let columnShifts: UnsafePointer<Double>
  }

  /// Calls `body` with each tile of the rows and some columns; for a row, tiles come in the order of the columns.
  ///
  /// - Parameters:
  ///   - columns: The columns.
  ///   - body: What to do with a tile, and the number of the thread that does it. No two threads work on the same row.
  func run(columns: FeatureRows, _ body: @Sendable (Tile, _ worker: Int) -> Void) {
    precondition(
      columns.dimensions == rows.dimensions, "\(rows.dimensions) features beside \(columns.dimensions)")
    let (d, rows, center, scratch) = (rows.dimensions, rows, center, scratch)
    let (rowTiles, columnTiles) = (rows.tiles(Self.tileRows), columns.tiles(Self.tileColumns))
    pool.run(rowTiles.count) { task, worker in
      let mine = scratch[worker]
      let (rowRange, row) = rowTiles[task]
      mine.rows.fill(rows, rowRange, at: row, center: center)
      for (columnRange, column) in columnTiles {
        mine.columns.fill(columns, columnRange, at: column, center: center)
        multiply(
          Matrix(mine.rows.rows.base, rows: Self.tileRows, columns: d),
          Matrix(mine.columns.rows.base, rows: Self.tileColumns, columns: d).transposed,
          into: Matrix(mine.products.base, rows: Self.tileRows, columns: Self.tileColumns))
        body(
          Tile(
            rows: rowRange, columns: columnRange, products: mine.products.base + row * Self.tileColumns + column,
            rowNorms: mine.rows.norms.base + row, columnNorms: mine.columns.norms.base + column,
            rowShifts: mine.rows.shifts.base + row, columnShifts: mine.columns.shifts.base + column), worker)
      }
    }
  }

  /// Adds the kernel of each pair of a tile to its row's sum over the column's group.
  ///
  /// - Parameters:
  ///   - tile: The tile.
  ///   - columns: The columns that are swept.
  ///   - groups: The groups of the columns' set.
  ///   - sums: One number for each row and group.
  ///   - skipped: The column, counted like the tile's, that is the row's own sample.
  @inline(__always)
  func addKernels(
    _ tile: Tile, of columns: FeatureRows, groups: Groups, to sums: UnsafeMutablePointer<Double>,
    skipping skipped: (Int) -> Int?
  ) {
    let (first, d) = (columns.first, Double(rows.dimensions))
    for (i, row) in tile.rows.enumerated() {
      let (products, own) = (tile.products + i * Self.tileColumns, skipped(row))
      // x·y = x′·y′ + c·x + c·y − c·c.
      let shift = tile.rowShifts[i] - centerNorm
      var column = tile.columns.lowerBound
      while column < tile.columns.upperBound {
        let group = groups.group(of: first + column)
        let end = min(groups[group].upperBound - first, tile.columns.upperBound)
        var sum = sums[row * groups.groups + group]
        for j in column - tile.columns.lowerBound..<end - tile.columns.lowerBound {
          if tile.columns.lowerBound + j == own { continue }
          var dot = Double(products[j]) + shift + tile.columnShifts[j]
          if !dot.isFinite { dot = exactProduct(row, columns.row(tile.columns.lowerBound + j)) }
          sum += KernelDistance.kernel(dot: dot, dimensions: d)
        }
        sums[row * groups.groups + group] = sum
        column = end
      }
    }
  }

  /// x·y of features too large for products in single precision.
  private func exactProduct(_ row: Int, _ y: UnsafePointer<Float>) -> Double {
    let x = rows.row(row)
    return (0..<rows.dimensions).reduce(0) { $0 + Double(x[$1]) * Double(y[$1]) }
  }
}

extension FeatureRows {
  /// The samples of each tile of a height, and the place in the tile of the first of them.
  fileprivate func tiles(_ height: Int) -> [(samples: Range<Int>, place: Int)] {
    if range.isEmpty { return [] }
    return (range.lowerBound / height...(range.upperBound - 1) / height).map { tile in
      let samples = range.clamped(to: tile * height..<(tile + 1) * height)
      return (samples.lowerBound - first..<samples.upperBound - first, samples.lowerBound - tile * height)
    }
  }
}
