/** Losses. Each takes weights that sum to 1 over what counts: 0 hides an element, so padding and short batches cost nothing. */

import { expectShape, matrixSizes, type Value } from '../graph/graph.js'
import { gradient, minus, plus, reshaped, sumOver, times } from './arithmetic.js'

/**
 * Cross-entropy of rows of scores against classes, in nats.
 *
 * @param logits - Scores, shape [rows, classes].
 * @param targets - Class of each row, int32, shape [rows]; any valid one where the weight is 0.
 * @param weights - Shape [rows].
 */
export function crossEntropy(logits: Value, targets: Value, weights: Value): Value {
  const { graph } = logits
  const [rows] = matrixSizes(logits, 'scores')
  expectShape(targets, 'classes', [rows])
  expectShape(weights, 'weights', [rows])
  // Through Softmax rather than LogSoftmax: one pass over the classes less in each direction.
  const likely = graph.emit('Softmax', [logits], logits.shape, { axis: -1 })
  const column = reshaped(targets, [rows, 1])
  const right = graph.emit('GatherElements', [likely, column], [rows, 1], { axis: 1 })
  const floored = graph.emit('Max', [right, graph.scalar(1e-30)], [rows, 1])
  const weightColumn = reshaped(weights, [rows, 1])
  const minusWeights = graph.emit('Neg', [weightColumn], [rows, 1])
  const loss = sumAll(times(graph.emit('Log', [floored], [rows, 1]), minusWeights))
  return recordLoss('crossEntropy', [logits, targets, weights], loss, () =>
    graph.emit('ScatterElements', [times(likely, weightColumn), column, minusWeights], logits.shape, {
      axis: 1,
      reduction: 'add',
    }),
  )
}

/** Cross-entropy of single scores against 0 or 1 (or between), in nats; all three of one shape. */
export function binaryCrossEntropy(logits: Value, targets: Value, weights: Value): Value {
  const { graph } = logits
  expectShape(targets, 'targets', logits.shape)
  expectShape(weights, 'weights', logits.shape)
  const each = minus(softplus(logits), times(logits, targets))
  return recordLoss('binaryCrossEntropy', [logits, targets, weights], sumAll(times(each, weights)), () =>
    times(weights, minus(graph.emit('Sigmoid', [logits], logits.shape), targets)),
  )
}

/** Squared difference; all three of one shape. */
export function squaredError(predictions: Value, targets: Value, weights: Value): Value {
  const { graph } = predictions
  expectShape(targets, 'targets', predictions.shape)
  expectShape(weights, 'weights', predictions.shape)
  const difference = minus(predictions, targets)
  const weighted = times(difference, weights)
  return recordLoss('squaredError', [predictions, targets, weights], sumAll(times(weighted, difference)), () =>
    times(weighted, graph.scalar(2)),
  )
}

/** log(1 + e^x). float64 has no kernel for it: max(x, 0) + log(1 + e^−|x|). */
function softplus(x: Value): Value {
  const { graph, shape } = x
  if (graph.float === 'float32') return graph.emit('Softplus', [x], shape)
  const decayed = graph.emit('Exp', [graph.emit('Neg', [graph.emit('Abs', [x], shape)], shape)], shape)
  return plus(graph.emit('Relu', [x], shape), graph.emit('Log', [plus(decayed, graph.scalar(1))], shape))
}

function sumAll(value: Value): Value {
  return sumOver(value, [...value.shape.keys()], { keep: false })
}

function recordLoss(op: string, inputs: readonly Value[], loss: Value, slope: () => Value): Value {
  loss.graph.tape.push({
    op,
    inputs,
    outputs: [loss],
    attributes: {},
    backward: ([given]) => (given === undefined ? [] : [gradient(() => times(slope(), given))]),
  })
  return loss
}
