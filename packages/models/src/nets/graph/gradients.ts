/** Reverse-mode differentiation: walks the tape of a graph backwards, and emits the gradients as more nodes of it. */

import type { Graph, Value } from './graph.js'

/**
 * Emits the gradients of a scalar with respect to parameters.
 *
 * Where a value is used twice its gradients add up. What does not depend on a parameter gets none, and costs nothing.
 *
 * @returns The gradient of each parameter, of its shape.
 * @throws RangeError if `loss` is not a scalar, or a parameter does not influence it.
 */
export function gradients(graph: Graph, loss: Value): Map<Value, Value> {
  if (loss.shape.length > 0) throw new RangeError(`Cannot differentiate "${loss.name}": it is no scalar`)
  const parameters = [...graph.parameters.values()].map(({ value }) => value)
  const moving = new Set<Value>(parameters)
  for (const { inputs, outputs } of graph.tape) {
    if (inputs.some((input) => moving.has(input))) for (const output of outputs) moving.add(output)
  }
  const found = new Map<Value, Value>([[loss, graph.scalar(1)]])
  for (const { inputs, outputs, backward, op } of graph.tape.toReversed()) {
    const given = outputs.map((output) => found.get(output))
    if (given.every((gradient) => gradient === undefined)) continue
    graph.scoped(`gradient.${op}`, () => {
      for (const [index, rule] of backward(given).entries()) {
        const input = inputs[index]
        if (input === undefined || rule === undefined || !moving.has(input)) continue
        found.set(input, rule(found.get(input)))
      }
    })
  }
  return new Map(
    parameters.map((parameter) => {
      const gradient = found.get(parameter)
      if (gradient === undefined)
        throw new RangeError(`Cannot train "${parameter.name}": it does not influence the loss`)
      return [parameter, gradient]
    }),
  )
}
