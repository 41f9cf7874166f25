/** Addition, subtraction and multiplication with broadcasting, and what the gradients of all operations are made of. */

import {
  expectShape,
  type GradientRule,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  type Value,
} from '../graph/graph.js'

/** Makes the rule that adds what `give` emits to what other uses of the value gave. */
export function gradient(give: () => Value): GradientRule {
  return (into) => (into === undefined ? give() : plus(into, give()))
}

/** Emits a product without recording it; the scalar 1 folds away. */
export function times(a: Value, b: Value): Value {
  if (b === b.graph.scalar(1)) return a
  return a.graph.emit('Mul', [a, b], broadcastShape(a, b))
}

/** Emits a sum without recording it. */
export function plus(a: Value, b: Value): Value {
  return a.graph.emit('Add', [a, b], broadcastShape(a, b))
}

/** Emits a difference without recording it. */
export function minus(a: Value, b: Value): Value {
  return a.graph.emit('Sub', [a, b], broadcastShape(a, b))
}

/** Emits a sum over axes without recording it. */
export function sumOver(value: Value, axes: readonly number[], { keep }: { keep: boolean }): Value {
  const shape = value.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]))
  const which = value.graph.constant(axes, [axes.length], 'int64')
  return value.graph.emit('ReduceSum', [value, which], shape, { keepdims: keep ? 1 : 0 })
}

/** Emits a change of shape without recording it. */
export function reshaped(value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value
  if (sizeOf(shape) !== sizeOf(value.shape))
    throw new ShapeError(value.graph.layer, 'a reshaped tensor', value.shape, shape)
  return value.graph.emit('Reshape', [value, value.graph.constant(shape, [shape.length], 'int64')], shape)
}

/** Adds, broadcasting axes of size 1 and axes that are missing in front. */
export function add(a: Value, b: Value): Value {
  return record('add', [a, b], plus(a, b), (given) => [() => summedTo(given, a.shape), () => summedTo(given, b.shape)])
}

/** Subtracts `b` from `a`, broadcasting. */
export function subtract(a: Value, b: Value): Value {
  return record('subtract', [a, b], minus(a, b), (given) => [
    () => summedTo(given, a.shape),
    () => summedTo(a.graph.emit('Neg', [given], given.shape), b.shape),
  ])
}

/** Multiplies elementwise, broadcasting. */
export function multiply(a: Value, b: Value): Value {
  return record('multiply', [a, b], a.graph.emit('Mul', [a, b], broadcastShape(a, b)), (given) => [
    () => summedTo(times(given, b), a.shape),
    () => summedTo(times(given, a), b.shape),
  ])
}

/** Multiplies by a number. */
export function scale(value: Value, factor: number): Value {
  return multiply(value, value.graph.scalar(factor))
}

/** Adds scalars, each multiplied by its weight: how several losses become one. */
export function weightedSum(terms: readonly (readonly [value: Value, weight: number])[]): Value {
  const parts = terms.map(([value, weight]) => {
    expectShape(value, 'a term of a weighted sum', [])
    return weight === 1 ? value : scale(value, weight)
  })
  const [first, ...rest] = parts
  if (first === undefined) throw new RangeError('Cannot add up no terms')
  return rest.reduce(add, first)
}

/** Records an operation with one output, by the gradients of its inputs. */
export function record(
  op: string,
  inputs: readonly Value[],
  output: Value,
  gradientsOf: (given: Value) => readonly ((() => Value) | undefined)[],
  attributes: Parameters<Value['graph']['emit']>[3] = {},
): Value {
  output.graph.tape.push({
    op,
    inputs,
    outputs: [output],
    attributes,
    backward: ([given]) =>
      given === undefined ? [] : gradientsOf(given).map((give) => (give === undefined ? undefined : gradient(give))),
  })
  return output
}

/** Sums a gradient over the axes along which the value was broadcast. */
function summedTo(given: Value, shape: Shape): Value {
  if (sameShape(given.shape, shape)) return given
  const missing = given.shape.length - shape.length
  const axes = given.shape.flatMap((size, axis) =>
    axis < missing || (size !== 1 && shape[axis - missing] === 1) ? [axis] : [],
  )
  return reshaped(axes.length === 0 ? given : sumOver(given, axes, { keep: false }), shape)
}

function broadcastShape(a: Value, b: Value): Shape {
  const rank = Math.max(a.shape.length, b.shape.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left = 1, right = 1] = [a.shape[axis - rank + a.shape.length], b.shape[axis - rank + b.shape.length]]
    if (left !== right && left !== 1 && right !== 1)
      throw new ShapeError(a.graph.layer, 'one operand', a.shape, b.shape)
    return left === 1 ? right : left
  })
}
