/// A view of numbers as a matrix, row by row, `stride` elements from one row to the next.
public struct Matrix<Scalar: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// The first element.
  public let base: UnsafeMutablePointer<Scalar>
  /// Rows, after transposition.
  public let rows: Int
  /// Columns, after transposition.
  public let columns: Int
  /// Elements between the starts of two rows as stored.
  public let stride: Int
  /// Whether the matrix is the transpose of what is stored.
  public let isTransposed: Bool

  /// `rows` × `columns` numbers from `base` on; rows follow each other directly unless `stride` is given.
  public init(
    _ base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, stride: Int? = nil
  ) {
    self.init(base, rows, columns, stride ?? columns, false)
    precondition(self.stride >= columns, "a row of \(columns) elements with stride \(self.stride)")
  }

  private init(
    _ base: UnsafeMutablePointer<Scalar>, _ rows: Int, _ columns: Int, _ stride: Int, _ isTransposed: Bool
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The transpose, as another view of the same numbers.
  public var transposed: Matrix { Matrix(base, columns, rows, stride, !isTransposed) }

  var storedRows: Int { isTransposed ? columns : rows }
  var storedColumns: Int { isTransposed ? rows : columns }
}
