/** The graphs by which a net is trained: gradients alone (C), a whole step (A), and several steps in a loop (B). */

import { gradients } from './graph/gradients.js'
import { Graph, type GraphOptions, type Value } from './graph/graph.js'
import { declare, type Net, type Sizes, type Values } from './net.js'
import { minus, plus, sumOver, times } from './ops/arithmetic.js'

/** Constants of AdamW that do not change while training. */
export interface AdamOptions {
  /** Share of the first moment that is kept. @defaultValue `0.9` */
  readonly beta1?: number | undefined
  /** Share of the second moment that is kept. @defaultValue `0.999` */
  readonly beta2?: number | undefined
  /** Greatest norm of all gradients together. @defaultValue `1` */
  readonly clip?: number | undefined
}

/** Fills in what was left out. */
export function adamDefaults({
  beta1 = 0.9,
  beta2 = 0.999,
  clip = 1,
}: AdamOptions): Required<{ [K in keyof AdamOptions]: number }> {
  return { beta1, beta2, clip }
}

/** Names under which a graph of training gives and takes the tensors of one parameter. */
export const trainNames = {
  loss: 'loss',
  norm: 'norm',
  gradient: (parameter: string): string => `${parameter}#gradient`,
  first: (parameter: string): string => `${parameter}#first`,
  second: (parameter: string): string => `${parameter}#second`,
  next: (name: string): string => `${name}#next`,
  /** Three numbers a step: see {@link adamScalars}. */
  scalars: 'adam',
} as const

/** Loss alone: for evaluation. Dropout is off. */
export function lossGraph(net: Net, sizes: Sizes): Graph {
  const graph = new Graph({ mode: 'inference' })
  graph.output(trainNames.loss, lossOf(net, graph, sizes))
  return graph
}

/** Mode C: the loss, and the gradient of each parameter; clipping and AdamW are the kernel's. */
export function gradientGraph(net: Net, sizes: Sizes, options: Omit<GraphOptions, 'mode'> = {}): Graph {
  const graph = new Graph({ ...options, mode: 'training' })
  const loss = lossOf(net, graph, sizes)
  const found = gradients(graph, loss)
  graph.output(trainNames.loss, loss)
  for (const { spec, value } of graph.parameters.values()) {
    const gradient = found.get(value)
    if (gradient !== undefined) graph.output(trainNames.gradient(spec.name), gradient)
  }
  return graph
}

/**
 * Mode A: one whole step. Takes parameters, moments and {@link adamScalars}; gives loss, norm, and all of them anew.
 *
 * New tensors must not be written over old ones: the runtime may write before the last reader is done.
 */
export function stepGraph(net: Net, sizes: Sizes, options: AdamOptions = {}): Graph {
  const graph = new Graph({ mode: 'training' })
  const loss = lossOf(net, graph, sizes)
  const scalars = graph.input(trainNames.scalars, 'float32', [3])
  const { norm, updates } = stepOf(graph, loss, scalars, options)
  graph.output(trainNames.loss, loss)
  graph.output(trainNames.norm, norm)
  for (const { name, after } of updates) graph.output(trainNames.next(name), after)
  return graph
}

/**
 * Mode B: `count` steps, as the body of a loop. Inputs and targets have a leading axis of `count` batches, and the
 * scalars one of `count` steps; losses and norms come as [count].
 */
export function loopGraph(net: Net, sizes: Sizes, count: number, options: AdamOptions = {}): Graph {
  const graph = new Graph({ mode: 'training' })
  const stacked = (specs: Net['inputs']): Values =>
    declare(
      graph,
      Object.fromEntries(
        Object.entries(specs).map(([name, { type, shape }]) => [name, { type, shape: [count, ...shape] }]),
      ),
      sizes,
    )
  const batches = { ...stacked(net.inputs), ...stacked(net.targets) }
  const scalars = graph.input(trainNames.scalars, 'float32', [count, 3])

  const body = new Graph({ mode: 'training', prefix: 'body/' })
  const turn = body.input('turn', 'int64', [])
  const going = body.input('going', 'bool', [])
  const pick = (from: Value): Value =>
    body.emit('Gather', [body.outer(from), turn], from.shape.slice(1), { axis: 0 }, from.type)
  const picked = Object.fromEntries(Object.entries(batches).map(([name, value]) => [name, pick(value)]))
  const loss = net.loss(net.forward(picked, sizes, body), picked)
  if (body.dropouts.length > 0)
    throw new RangeError(`Cannot train "${net.name}" in a loop: it has dropout, whose masks the host draws`)
  const { norm, updates } = stepOf(body, loss, pick(scalars), options)
  // The order of a body's inputs and outputs is the protocol of Loop.
  body.inputs.splice(0, body.inputs.length, turn, going, ...updates.map(({ before }) => before))
  body.output('goingOn', going)
  for (const { name, after } of updates) body.output(trainNames.next(name), after)
  body.output(trainNames.loss, loss)
  body.output(trainNames.norm, norm)

  const trips = graph.constant([count], [], 'int64')
  const on = graph.constant([1], [], 'bool')
  const started = updates.map(({ name, before }) => graph.input(name, 'float32', before.shape))
  const shapes = [...started.map(({ shape }) => shape), [count], [count]]
  const results = graph.emitMany('Loop', [trips, on, ...started], shapes, { body: { body } }, 'float32')
  const names = [...updates.map(({ name }) => trainNames.next(name)), trainNames.loss, trainNames.norm]
  for (const [index, value] of results.entries()) graph.output(names[index] ?? '', value)
  return graph
}

function lossOf(net: Net, graph: Graph, sizes: Sizes): Value {
  const inputs = declare(graph, net.inputs, sizes)
  const targets = declare(graph, net.targets, sizes)
  return net.loss(net.forward(inputs, sizes, graph), targets)
}

/** A tensor that a step changes: its name, and its value before and after. */
interface Update {
  readonly name: string
  readonly before: Value
  readonly after: Value
}

/** Emits clipping by the norm of all gradients, and AdamW with unscaled moments. */
function stepOf(graph: Graph, loss: Value, scalars: Value, options: AdamOptions): { norm: Value; updates: Update[] } {
  const { beta1, beta2, clip } = adamDefaults(options)
  const found = gradients(graph, loss)
  const squares = [...found.values()].map((gradient) =>
    sumOver(times(gradient, gradient), [...gradient.shape.keys()], { keep: false }),
  )
  const norm = graph.emit('Sqrt', [squares.reduce(plus)], [])
  const factor = graph.emit('Min', [graph.scalar(1), graph.emit('Div', [graph.scalar(clip), norm], [])], [])
  const number = (index: number): Value =>
    graph.emit('Gather', [scalars, graph.constant([index], [], 'int64')], [], { axis: 0 })
  const [step, floor, fade] = [number(0), number(1), number(2)]
  const updates = [...graph.parameters.values()].flatMap(({ spec: { name, shape, decay }, value }): Update[] => {
    const gradient = found.get(value)
    if (gradient === undefined) return []
    const [first, second] = [trainNames.first(name), trainNames.second(name)]
    const [m, v] = [graph.input(first, 'float32', shape), graph.input(second, 'float32', shape)]
    const clipped = times(gradient, factor)
    const newM = plus(times(m, graph.scalar(beta1)), clipped)
    const newV = plus(times(v, graph.scalar(beta2)), times(clipped, clipped))
    const divisor = plus(graph.emit('Sqrt', [newV], shape), floor)
    const change = times(graph.emit('Div', [newM, divisor], shape), step)
    return [
      { name, before: value, after: minus(decay ? times(value, fade) : value, change) },
      { name: first, before: m, after: newM },
      { name: second, before: v, after: newV },
    ]
  })
  return { norm, updates }
}

/**
 * The three numbers AdamW with unscaled moments needs at one step: what a quotient of moments is multiplied by, what is
 * added to the root, and the share of a decayed weight that is kept.
 *
 * @param step - 1, 2, 3, …
 */
export function adamScalars(
  step: number,
  {
    rate,
    decay,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  }: AdamOptions & { readonly rate: number; readonly decay: number; readonly epsilon?: number | undefined },
): readonly [step: number, floor: number, fade: number] {
  const correction = Math.sqrt((1 - beta2 ** step) / (1 - beta2))
  return [(rate * correction * (1 - beta1)) / (1 - beta1 ** step), epsilon * correction, 1 - rate * decay]
}
