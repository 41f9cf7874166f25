/** Linear regression: what a net must be better than to be worth its layers. */

/** One row: what is read, what is to be said, and how much it counts. */
export interface RegressionRow {
  readonly x: ArrayLike<number>
  readonly y: number
  readonly weight: number
}

/**
 * Fits a linear function with an intercept by weighted least squares, pulled to zero by `ridge` rows' worth.
 *
 * Solves the normal equations by Cholesky decomposition: cubic in the number of features.
 *
 * @throws RangeError if there are no rows.
 */
export function fitRidge(
  rows: readonly RegressionRow[],
  { ridge = 1 }: { readonly ridge?: number | undefined } = {},
): (x: ArrayLike<number>) => number {
  const [first] = rows
  if (first === undefined) throw new RangeError('Cannot fit a line to no rows')
  const size = first.x.length + 1
  const value = (x: ArrayLike<number>, index: number): number => (index === size - 1 ? 1 : (x[index] ?? 0))
  const matrix = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_, column) => (row === column ? ridge : 0)),
  )
  const right = new Float64Array(size)
  for (const { x, y, weight } of rows) {
    for (const [row, line] of matrix.entries()) {
      const scaled = weight * value(x, row)
      right[row] = (right[row] ?? 0) + scaled * y
      for (let column = 0; column <= row; column++) line[column] = (line[column] ?? 0) + scaled * value(x, column)
    }
  }
  const solution = solve(matrix, right)
  return (x) => solution.reduce((sum, factor, index) => sum + factor * value(x, index), 0)
}

/** Solves a symmetric positive definite system, of which the lower half is given; the matrix becomes its own factor. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const at = (row: number, column: number): number => matrix[row]?.[column] ?? 0
  for (const [row, line] of matrix.entries()) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column)
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k)
      line[column] = row === column ? Math.sqrt(sum) : sum / at(column, column)
    }
  }
  const result = Float64Array.from(right)
  for (let row = 0; row < result.length; row++) {
    for (let k = 0; k < row; k++) result[row] = (result[row] ?? 0) - at(row, k) * (result[k] ?? 0)
    result[row] = (result[row] ?? 0) / at(row, row)
  }
  for (let row = result.length - 1; row >= 0; row--) {
    for (let k = row + 1; k < result.length; k++) result[row] = (result[row] ?? 0) - at(k, row) * (result[k] ?? 0)
    result[row] = (result[row] ?? 0) / at(row, row)
  }
  return result
}
