/** Products of matrices, one and batched. */

import { expectShape, matrixSizes, type Shape, ShapeError, type Value } from '../graph/graph.js'
import { record, sumOver, times } from './arithmetic.js'

/** Emits `op(a)·op(b) + c` without recording it, where op may transpose. */
export function gemm(
  a: Value,
  b: Value,
  { transA = 0, transB = 0, c }: { transA?: 0 | 1; transB?: 0 | 1; c?: Value | undefined } = {},
): Value {
  const [rows, inner] =
    transA === 1 ? matrixSizes(a, 'the left matrix').toReversed() : matrixSizes(a, 'the left matrix')
  const [other, columns] =
    transB === 1 ? matrixSizes(b, 'the right matrix').toReversed() : matrixSizes(b, 'the right matrix')
  if (inner !== other) throw new ShapeError(a.graph.layer, 'the left matrix', a.shape, b.shape)
  return a.graph.emit('Gemm', c === undefined ? [a, b] : [a, b, c], [rows ?? 0, columns ?? 0], {
    ...(transA === 1 ? { transA } : {}),
    ...(transB === 1 ? { transB } : {}),
  })
}

/** `x·w + b`: x [rows, in], w [in, out], b [out]. */
export function affine(x: Value, w: Value, b?: Value): Value {
  if (b !== undefined) expectShape(b, 'a bias', [w.shape[1] ?? -1])
  return record('affine', b === undefined ? [x, w] : [x, w, b], gemm(x, w, { c: b }), (given) => [
    () => gemm(given, w, { transB: 1 }),
    () => gemm(x, given, { transA: 1 }),
    () => sumOver(given, [0], { keep: false }),
  ])
}

/** `x·tableᵀ`: x [rows, d], table [n, d]; the output layer of a net that shares its embedding. */
export function tied(x: Value, table: Value): Value {
  return record('tied', [x, table], gemm(x, table, { transB: 1 }), (given) => [
    () => gemm(given, table),
    () => gemm(given, x, { transA: 1 }),
  ])
}

/**
 * `factor · a·b`, or `factor · a·bᵀ`, over the last two axes; the axes before them are the same in both.
 */
export function batchedProduct(
  a: Value,
  b: Value,
  { transposeB = false, factor = 1 }: { transposeB?: boolean; factor?: number } = {},
): Value {
  const output = product(a, transposeB ? swapLast(b) : b, factor)
  return record(
    'batchedProduct',
    [a, b],
    output,
    (given) =>
      transposeB
        ? [() => product(given, b, factor), () => product(swapLast(given), a, factor)]
        : [() => product(given, swapLast(b), factor), () => product(swapLast(a), given, factor)],
    { transposeB: transposeB ? 1 : 0, factor: { float: factor } },
  )
}

function product(a: Value, b: Value, factor: number): Value {
  const [inner, columns] = b.shape.slice(-2)
  const expected: Shape = [...b.shape.slice(0, -2), a.shape.at(-2) ?? 0, inner ?? 0]
  expectShape(a, 'the left operand', expected)
  const value = a.graph.emit('MatMul', [a, b], [...a.shape.slice(0, -1), columns ?? 0])
  return times(value, value.graph.scalar(factor))
}

function swapLast(value: Value): Value {
  const rank = value.shape.length
  const axes = [...Array(rank - 2).keys(), rank - 1, rank - 2]
  return value.graph.emit(
    'Transpose',
    [value],
    axes.map((axis) => value.shape[axis] ?? 0),
    { perm: axes },
  )
}
