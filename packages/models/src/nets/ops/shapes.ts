/** Operations that move numbers without changing them, and dropout. */

import { type Shape, ShapeError, sizeOf, type Value } from '../graph/graph.js'
import { gradient, record, reshaped, times } from './arithmetic.js'

/** The same numbers in another shape. */
export function reshape(value: Value, shape: Shape): Value {
  return record(
    'reshape',
    [value],
    value.graph.emit('Reshape', [value, value.graph.constant(shape, [shape.length], 'int64')], checked(value, shape)),
    (given) => [() => reshaped(given, value.shape)],
  )
}

function checked(value: Value, shape: Shape): Shape {
  if (sizeOf(shape) !== sizeOf(value.shape))
    throw new ShapeError(value.graph.layer, 'a reshaped tensor', value.shape, shape)
  return shape
}

/** Reorders axes: axis i of the result is axis `order[i]` of `value`. */
export function transpose(value: Value, order: readonly number[]): Value {
  const permute = (of: Value, perm: readonly number[]): Value =>
    of.graph.emit(
      'Transpose',
      [of],
      perm.map((axis) => of.shape[axis] ?? 0),
      { perm },
    )
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return record('transpose', [value], permute(value, order), (given) => [() => permute(given, inverse)], { order })
}

/** Cuts along an axis into parts of the given sizes. */
export function split(value: Value, axis: number, sizes: readonly number[]): Value[] {
  const { graph } = value
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total !== value.shape[axis])
    throw new ShapeError(graph.layer, 'a tensor to split', value.shape, value.shape.with(axis, total))
  const parts = cut(value, axis, sizes)
  graph.tape.push({
    op: 'split',
    inputs: [value],
    outputs: parts,
    attributes: { axis, sizes },
    backward: (given) => [
      gradient(() => {
        const all = parts.map((part, index) => given[index] ?? zeros(part))
        return graph.emit('Concat', all, value.shape, { axis })
      }),
    ],
  })
  return parts
}

/** Joins along an axis. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values
  if (first === undefined) throw new RangeError('Cannot join no tensors')
  const sizes = values.map(({ shape }) => shape[axis] ?? 0)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const output = first.graph.emit('Concat', values, first.shape.with(axis, total), { axis })
  first.graph.tape.push({
    op: 'concat',
    inputs: values,
    outputs: [output],
    attributes: { axis },
    backward: ([given]) => {
      if (given === undefined) return []
      let parts: Value[] | undefined
      return values.map((_, index) =>
        gradient(() => {
          parts ??= cut(given, axis, sizes)
          return parts[index] ?? given
        }),
      )
    },
  })
  return output
}

/** The first `count` rows of a table [rows, d]. */
export function firstRows(table: Value, count: number): Value {
  const { graph } = table
  const [rows = 0, width = 0] = table.shape
  if (count > rows) throw new ShapeError(graph.layer, 'a table', table.shape, [count, width])
  const axis = graph.constant([0], [1], 'int64')
  const output = graph.emit('Slice', [table, axis, graph.constant([count], [1], 'int64'), axis], [count, width])
  return record('firstRows', [table], output, (given) => [
    () =>
      count === rows
        ? given
        : graph.emit('Concat', [given, zerosOf(graph, [rows - count, width])], table.shape, { axis: 0 }),
  ])
}

/** Sets a share `rate` of the elements to zero while training, and scales the others up; does nothing in inference. */
export function dropout(value: Value, rate: number): Value {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`Cannot drop a share of ${rate}: expected [0, 1)`)
  if (value.graph.mode === 'inference' || rate === 0) return value
  const mask = value.graph.dropout(value.shape, rate)
  return record('dropout', [value], times(value, mask), (given) => [() => times(given, mask)], {
    rate: { float: rate },
  })
}

/** A tensor of zeros, made when the graph runs. */
export function zerosOf(graph: Value['graph'], shape: Shape): Value {
  return graph.emit('Expand', [graph.scalar(0), graph.constant(shape, [shape.length], 'int64')], shape)
}

function zeros(like: Value): Value {
  return zerosOf(like.graph, like.shape)
}

function cut(value: Value, axis: number, sizes: readonly number[]): Value[] {
  const lengths = value.graph.constant(sizes, [sizes.length], 'int64')
  return value.graph.emitMany(
    'Split',
    [value, lengths],
    sizes.map((size) => value.shape.with(axis, size)),
    { axis },
  )
}
