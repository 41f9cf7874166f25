/** Nets: what they take, what they give, and what they learn by, in one typed description. */

import { SalpError, toHex } from '@salp/core'
import {
  type ElementType,
  Graph,
  type ParameterSpec,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from './graph/graph.js'

/** A tensor that a net takes; axes are sizes, or names whose sizes are given when a graph is made. */
export interface TensorSpec {
  readonly type: 'float32' | 'int32'
  readonly shape: readonly (number | string)[]
}

/** Tensors by name. */
export type TensorSpecs = Readonly<Record<string, TensorSpec>>

/** The values of tensors, by name. */
export type Values<Names extends string = string> = { readonly [Name in Names]: Value }

/** Sizes of the axes that have names. */
export type Sizes = Readonly<Record<string, number>>

/** A graph over the parameters of a net: what it takes, and how it makes of that what it gives. */
export interface ViewOptions<Inputs extends TensorSpecs, Outputs extends string> {
  readonly name: string
  readonly inputs: Inputs
  /** Composes layers. Called anew for each graph, so it does nothing else. */
  forward(inputs: Values<keyof Inputs & string>, sizes: Sizes, graph: Graph): Values<Outputs>
}

/** A view, and what it is taught by. */
export interface NetOptions<Inputs extends TensorSpecs, Targets extends TensorSpecs, Outputs extends string>
  extends ViewOptions<Inputs, Outputs> {
  /** Sizes of the named axes at which the parameters are counted; those of parameters must not depend on them. */
  readonly sizes: Sizes
  /** What the loss takes beside the outputs. */
  readonly targets: Targets
  /** One scalar, to be made small. */
  loss(outputs: Values<Outputs>, targets: Values<keyof Targets & string>): Value
}

/** A description of tensors, as callers use it. */
export interface View {
  readonly name: string
  readonly inputs: TensorSpecs
  forward(inputs: Values, sizes: Sizes, graph: Graph): Values
}

/** Where a parameter lies in a flat buffer of float32. */
export interface ParameterPlace extends ParameterSpec {
  /** In elements; a multiple of 16, so that each tensor starts at a multiple of 64 bytes. */
  readonly offset: number
  readonly length: number
}

/** All parameters of a net in one flat buffer. */
export interface Layout {
  /** Those with weight decay first. */
  readonly parameters: readonly ParameterPlace[]
  /** Elements with weight decay, padding included. */
  readonly decayed: number
  /** Elements, padding included. */
  readonly length: number
}

/** A net. Plain data and pure functions; it holds no weights. */
export interface Net extends View {
  readonly targets: TensorSpecs
  readonly sizes: Sizes
  readonly layout: Layout
  /** Number of weights. */
  readonly parameterCount: number
  loss(outputs: Values, targets: Values): Value
}

/** A tensor of float32. */
export function float32(...shape: (number | string)[]): TensorSpec {
  return { type: 'float32', shape }
}

/** A tensor of int32: ids and classes. */
export function int32(...shape: (number | string)[]): TensorSpec {
  return { type: 'int32', shape }
}

/**
 * Describes a net.
 *
 * @throws {@link ShapeError} (`models/shape`) if layers do not fit, naming the layer and both shapes.
 */
export function defineNet<Inputs extends TensorSpecs, Targets extends TensorSpecs, Outputs extends string>(
  options: NetOptions<Inputs, Targets, Outputs>,
): Net {
  const view = defineView(options)
  const { name, sizes, targets } = options
  const graph = forwardGraph(view, sizes)
  const layout = layoutOf([...graph.parameters.values()].map(({ spec }) => spec))
  return {
    ...view,
    name,
    targets,
    sizes,
    layout,
    parameterCount: layout.parameters.reduce((sum, { length }) => sum + length, 0),
    loss: (outputs, given) => options.loss(picked(outputs), picked(given)),
  }
}

/** Describes another graph over the parameters of a net, such as one step of its decoder. */
export function defineView<Inputs extends TensorSpecs, Outputs extends string>(
  options: ViewOptions<Inputs, Outputs>,
): View {
  const { name, inputs } = options
  return { name, inputs, forward: (given, sizes, graph) => options.forward(picked(given), sizes, graph) }
}

/** Values by name are made from the specs, so that every name is there. */
function picked<Names extends string>(values: Values): Values<Names> {
  return values as Values<Names>
}

/** The graph of a view alone, with its outputs named. */
export function forwardGraph(view: View, sizes: Sizes, options: ConstructorParameters<typeof Graph>[0] = {}): Graph {
  const graph = new Graph(options)
  const outputs = view.forward(declare(graph, view.inputs, sizes), sizes, graph)
  for (const [name, value] of Object.entries(outputs)) graph.output(name, value)
  return graph
}

/** Declares the tensors a graph is fed, at the given sizes. */
export function declare(graph: Graph, specs: TensorSpecs, sizes: Sizes): Values {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { type, shape }]) => {
      const element: ElementType = type === 'float32' ? graph.float : type
      return [
        name,
        graph.input(
          name,
          element,
          shape.map((axis) => sizeOfAxis(axis, sizes)),
        ),
      ]
    }),
  )
}

/** Sizes of a tensor's axes. @throws RangeError if a named one has no size. */
export function shapeOf({ shape }: TensorSpec, sizes: Sizes): Shape {
  return shape.map((axis) => sizeOfAxis(axis, sizes))
}

function sizeOfAxis(axis: number | string, sizes: Sizes): number {
  if (typeof axis === 'number') return axis
  const size = sizes[axis]
  if (size === undefined || !Number.isSafeInteger(size) || size < 1)
    throw new RangeError(`Cannot build: the axis "${axis}" has size ${size}`)
  return size
}

/** Lays parameters out: those with decay first, each at a multiple of 16 elements; what lies between stays zero. */
function layoutOf(specs: readonly ParameterSpec[]): Layout {
  let offset = 0
  const place = (spec: ParameterSpec): ParameterPlace => {
    const length = sizeOf(spec.shape)
    const placed = { ...spec, offset, length }
    offset += Math.ceil(length / 16) * 16
    return placed
  }
  const first = specs.filter(({ decay }) => decay).map(place)
  const decayed = offset
  const rest = specs.filter(({ decay }) => !decay).map(place)
  return { parameters: [...first, ...rest], decayed, length: offset }
}

/** The tensors of a flat buffer as views of it, by name. */
export function parameterViews(layout: Layout, flat: Float32Array): Map<string, Float32Array> {
  if (flat.length !== layout.length)
    throw new RangeError(`Cannot use ${flat.length} weights where ${layout.length} are needed`)
  return new Map(layout.parameters.map(({ name, offset, length }) => [name, flat.subarray(offset, offset + length)]))
}

/** Checks that the parameters of a view are among those of the net. */
export function expectParameters(net: Net, graph: Graph): void {
  for (const { spec } of graph.parameters.values()) {
    const known = net.layout.parameters.find(({ name }) => name === spec.name)
    if (known === undefined)
      throw new RangeError(`Cannot use "${spec.name}": the net "${net.name}" has no such parameter`)
    if (!sameShape(known.shape, spec.shape))
      throw new RangeError(`Cannot use "${spec.name}": it has another shape in "${net.name}"`)
  }
}

/**
 * Gives what makes two nets the same for their weights: operations, how they are wired, and the parameters.
 *
 * @returns SHA-256 in hexadecimal. It does not change with how an operation is written in ONNX.
 */
export async function architectureHash(net: Net): Promise<string> {
  const graph = forwardGraph(net, net.sizes)
  const numbers = new Map(graph.inputs.map((value, index) => [value.name, index]))
  for (const { outputs } of graph.tape) for (const { name } of outputs) numbers.set(name, numbers.size)
  const description = {
    parameters: net.layout.parameters.map(({ name, shape }) => [name, shape]),
    inputs: Object.entries(net.inputs).map(([name, { type, shape }]) => [name, type, shape]),
    operations: graph.tape.map(({ op, inputs, outputs, attributes }) => [
      op,
      inputs.map(({ name }) => numbers.get(name) ?? name),
      outputs.map(({ shape }) => shape),
      attributes,
    ]),
  }
  const bytes = new TextEncoder().encode(JSON.stringify(description))
  return toHex(await crypto.subtle.digest('SHA-256', bytes))
}

/** Weights that do not belong to the net they are given to. */
export class ArchitectureError extends SalpError {
  constructor(net: string, why: string) {
    super('models/architecture', `Cannot load weights into "${net}": ${why}`)
  }
}
