/** Elementwise functions, softmax, and layer norm. */

import { expectShape, type Value } from '../graph/graph.js'
import { minus, plus, record, sumOver, times } from './arithmetic.js'

/** max(x, 0). */
export function relu(x: Value): Value {
  const y = x.graph.emit('Relu', [x], x.shape)
  return record('relu', [x], y, (given) => [() => times(given, x.graph.emit('Sign', [y], y.shape))])
}

/** x · sigmoid(x): the cheapest smooth activation. */
export function silu(x: Value): Value {
  const s = x.graph.emit('Sigmoid', [x], x.shape)
  const y = times(x, s)
  return record('silu', [x], y, (given) => [() => times(given, minus(plus(s, y), times(y, s)))])
}

/** The Gaussian error unit in its tanh form. */
export function gelu(x: Value): Value {
  const { graph } = x
  const k = graph.scalar(Math.sqrt(2 / Math.PI))
  const square = times(x, x)
  const u = times(times(x, k), plus(times(square, graph.scalar(0.044715)), graph.scalar(1)))
  const t = graph.emit('Tanh', [u], x.shape)
  const h = times(plus(t, graph.scalar(1)), graph.scalar(0.5))
  return record('gelu', [x], times(x, h), (given) => [
    () => {
      const slope = times(plus(times(square, graph.scalar(3 * 0.044715)), graph.scalar(1)), k)
      const bend = times(minus(graph.scalar(1), times(t, t)), times(x, graph.scalar(0.5)))
      return times(given, plus(h, times(bend, slope)))
    },
  ])
}

/** Hyperbolic tangent. */
export function tanh(x: Value): Value {
  const y = x.graph.emit('Tanh', [x], x.shape)
  return record('tanh', [x], y, (given) => [() => times(given, minus(x.graph.scalar(1), times(y, y)))])
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: Value): Value {
  const y = x.graph.emit('Sigmoid', [x], x.shape)
  return record('sigmoid', [x], y, (given) => [() => times(given, times(y, minus(x.graph.scalar(1), y)))])
}

/** Softmax over the last axis. */
export function softmax(x: Value): Value {
  const y = x.graph.emit('Softmax', [x], x.shape, { axis: -1 })
  return record('softmax', [x], y, (given) => [
    () => {
      const weighted = times(given, y)
      return minus(weighted, times(y, sumOver(weighted, [x.shape.length - 1], { keep: true })))
    },
  ])
}

/** What is added to the variance of a row. */
const epsilon = 1e-5

/** Normalises each row of x [rows, d] to mean 0 and deviation 1, then multiplies by `gain` and adds `shift`, both [d]. */
export function normalise(x: Value, gain: Value, shift: Value): Value {
  const { graph } = x
  const width = x.shape[1] ?? 0
  expectShape(gain, 'a gain', [width])
  expectShape(shift, 'a shift', [width])
  const mean = (value: Value): Value =>
    graph.emit('ReduceMean', [value, graph.constant([1], [1], 'int64')], [x.shape[0] ?? 0, 1], { keepdims: 1 })
  const { y, middle, inverse } = graph.float === 'float32' ? fused(x, gain, shift) : spelledOut(x, gain, shift, mean)
  return record('normalise', [x, gain, shift], y, (given) => {
    const unit = (): Value => times(minus(x, middle), inverse)
    return [
      () => {
        const standard = unit()
        const scaled = times(given, gain)
        const slope = times(standard, mean(times(scaled, standard)))
        return times(minus(minus(scaled, mean(scaled)), slope), inverse)
      },
      () => sumOver(times(given, unit()), [0], { keep: false }),
      () => sumOver(given, [0], { keep: false }),
    ]
  })
}

interface Normalised {
  readonly y: Value
  readonly middle: Value
  /** One over the deviation. */
  readonly inverse: Value
}

function fused(x: Value, gain: Value, shift: Value): Normalised {
  const row = [x.shape[0] ?? 0, 1]
  const attributes = { axis: -1, epsilon: { float: epsilon } }
  const [y = x, middle = x, inverse = x] = x.graph.emitMany(
    'LayerNormalization',
    [x, gain, shift],
    [x.shape, row, row],
    attributes,
  )
  return { y, middle, inverse }
}

/** The same for float64, where the runtime gives mean and deviation as float32. */
function spelledOut(x: Value, gain: Value, shift: Value, mean: (value: Value) => Value): Normalised {
  const { graph } = x
  const middle = mean(x)
  const centred = minus(x, middle)
  const variance = mean(times(centred, centred))
  const deviation = graph.emit('Sqrt', [plus(variance, graph.scalar(epsilon))], variance.shape)
  const inverse = graph.emit('Reciprocal', [deviation], variance.shape)
  return { y: plus(times(times(centred, inverse), gain), shift), middle, inverse }
}
