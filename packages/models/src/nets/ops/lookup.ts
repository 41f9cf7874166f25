/** Rows of a table by number. */

import { expectShape, matrixSizes, type Value } from '../graph/graph.js'
import { plus, reshaped } from './arithmetic.js'
import { gemm } from './products.js'
import { zerosOf } from './shapes.js'

/** Up to this many rows, a product with one-hot rows is faster than scattering. */
const smallTable = 256

/**
 * The rows of `table` [n, d] that `ids` [rows] (int32) name.
 *
 * The gradient never uses `ScatterND`, whose sums race between threads when an id repeats.
 */
export function lookup(table: Value, ids: Value): Value {
  const { graph } = table
  const [count, width] = matrixSizes(table, 'a table')
  expectShape(ids, 'ids', [-1])
  const rows = ids.shape[0] ?? 0
  const output = graph.emit('Gather', [table, ids], [rows, width], { axis: 0 })
  graph.tape.push({
    op: 'lookup',
    inputs: [table, ids],
    outputs: [output],
    attributes: {},
    backward: ([given]) => {
      if (given === undefined) return []
      return [(into) => (count <= smallTable ? oneHot(given, into) : scatter(given, into))]
    },
  })
  const column = (): Value => reshaped(ids, [rows, 1])
  const oneHot = (given: Value, into: Value | undefined): Value => {
    const every = graph.constant(
      Array.from({ length: count }, (_, id) => id),
      [1, count],
      'int32',
    )
    const same = graph.emit('Equal', [column(), every], [rows, count], {}, 'bool')
    const hot = graph.emit('Cast', [same], [rows, count], { to: graph.float === 'float32' ? 1 : 11 }, graph.float)
    const sum = gemm(hot, given, { transA: 1 })
    return into === undefined ? sum : plus(into, sum)
  }
  const scatter = (given: Value, into: Value | undefined): Value => {
    const shape = graph.constant([rows, width], [2], 'int64')
    const wide = graph.emit('Expand', [column(), shape], [rows, width])
    return graph.emit('ScatterElements', [into ?? zerosOf(graph, table.shape), wide, given], table.shape, {
      axis: 0,
      reduction: 'add',
    })
  }
  return output
}
