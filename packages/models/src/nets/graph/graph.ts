/** Graphs of tensor operations with static shapes, and the tape by which they are differentiated. Knows nothing of ONNX Runtime. */

import { SalpError } from '@salp/core'

/** Type of a tensor's elements. `float64` is there for tests of gradients. */
export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool'

/** Sizes of a tensor's axes; `[]` is a scalar. */
export type Shape = readonly number[]

/** A tensor that a graph computes or is given. */
export interface Value {
  readonly graph: Graph
  /** Unique in its graph; carries the layer it belongs to. */
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
}

/** An attribute of a node: an integer, integers, a string, a float, or the body of a loop. */
export type Attribute = number | readonly number[] | string | { readonly float: number } | { readonly body: Graph }

/** One operation of the `ai.onnx` domain. */
export interface GraphNode {
  readonly op: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** Numbers known when the graph is built. */
export interface Constant {
  readonly value: Value
  readonly data: readonly number[] | Float32Array
}

/** How a parameter starts: normal with a deviation, or all the same. */
export type Initialiser = { readonly deviation: number } | { readonly fill: number }

/** A tensor that training changes. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: Shape
  readonly initialiser: Initialiser
  /** Whether weight decay applies: true for matrices, false for biases, norms and tables of rare rows. */
  readonly decay: boolean
}

/** A mask that the host draws for each training step: 0 with probability `rate`, else 1 / (1 − rate). */
export interface DropoutMask {
  readonly value: Value
  readonly rate: number
}

/** Adds the gradient of one input to what its other uses gave so far. */
export type GradientRule = (into: Value | undefined) => Value

/** One differentiable operation, in the order in which it was applied. */
export interface TapeEntry {
  /** What it is, independently of the nodes it became; the architecture hash is made of these. */
  readonly op: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /**
   * Rules for the inputs, given the gradients of the outputs; `undefined` where there is none. A rule emits nodes only
   * once it is called, so that gradients nobody needs cost nothing.
   */
  backward(gradients: readonly (Value | undefined)[]): readonly (GradientRule | undefined)[]
}

/** How a graph is built. */
export interface GraphOptions {
  /** `training` has dropout. @defaultValue `'inference'` */
  readonly mode?: 'inference' | 'training' | undefined
  /** @defaultValue `'float32'` */
  readonly float?: 'float32' | 'float64' | undefined
  /** What all names begin with: the body of a loop must not use a name of the graph around it. @defaultValue `''` */
  readonly prefix?: string | undefined
}

/** A graph under construction. Names are unique and repeat from build to build. */
export class Graph {
  readonly mode: 'inference' | 'training'
  readonly float: 'float32' | 'float64'
  readonly nodes: GraphNode[] = []
  readonly constants: Constant[] = []
  readonly inputs: Value[] = []
  readonly outputs: Value[] = []
  readonly parameters = new Map<string, { readonly spec: ParameterSpec; readonly value: Value }>()
  readonly dropouts: DropoutMask[] = []
  readonly tape: TapeEntry[] = []
  readonly #constantsByContent = new Map<string, Value>()
  readonly #names = new Map<string, number>()
  readonly #prefix: string
  #scope: readonly string[] = []

  constructor({ mode = 'inference', float = 'float32', prefix = '' }: GraphOptions = {}) {
    this.#prefix = prefix
    this.mode = mode
    this.float = float
  }

  /** Name of the layer being built, such as `decoder.0.attention`. */
  get layer(): string {
    return this.#scope.join('.')
  }

  /** Builds with one more part in the names of whatever is made meanwhile. */
  scoped<T>(name: string, build: () => T): T {
    const outer = this.#scope
    this.#scope = [...outer, name]
    try {
      return build()
    } finally {
      this.#scope = outer
    }
  }

  /** Declares a tensor that is fed. @throws RangeError if the name is taken. */
  input(name: string, type: ElementType, shape: Shape): Value {
    const value = this.#value(this.#free(name), type, shape)
    this.inputs.push(value)
    return value
  }

  /** Declares a tensor that training changes, or gives the one of that name again. */
  parameter(name: string, spec: Omit<ParameterSpec, 'name'>): Value {
    const full = [...this.#scope, name].join('.')
    const known = this.parameters.get(full)
    if (known !== undefined) {
      if (!sameShape(known.spec.shape, spec.shape))
        throw new ShapeError(full, 'a parameter', known.spec.shape, spec.shape)
      return known.value
    }
    const value = this.input(full, this.float, spec.shape)
    this.parameters.set(full, { spec: { name: full, ...spec }, value })
    return value
  }

  /** Declares a dropout mask that is fed. */
  dropout(shape: Shape, rate: number): Value {
    const value = this.input(`dropout:${this.dropouts.length}`, this.float, shape)
    this.dropouts.push({ value, rate })
    return value
  }

  /** Numbers known now; equal ones are kept once. */
  constant(data: readonly number[] | Float32Array, shape: Shape, type: ElementType = this.float): Value {
    const content =
      data.length <= 64
        ? `${type}[${shape.join()}]${Array.from(data, (x) => (Object.is(x, -0) ? '-0' : x)).join()}`
        : undefined
    const known = content === undefined ? undefined : this.#constantsByContent.get(content)
    if (known !== undefined) return known
    const value = this.#value(this.#unique('constant'), type, shape)
    this.constants.push({ value, data })
    if (content !== undefined) this.#constantsByContent.set(content, value)
    return value
  }

  /** A scalar known now. */
  scalar(number: number): Value {
    return this.constant([number], [])
  }

  /** Names a value of the graph around this one, which is the body of a loop. */
  outer(value: Value): Value {
    return this.#value(value.name, value.type, value.shape)
  }

  /** Emits one node with one output. */
  emit(
    op: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    type: ElementType = inputs[0]?.type ?? this.float,
  ): Value {
    const value = this.#value(this.#unique([...this.#scope, op].join('.')), type, shape)
    this.nodes.push({ op, inputs, outputs: [value], attributes })
    return value
  }

  /** Emits one node with several outputs. */
  emitMany(
    op: string,
    inputs: readonly Value[],
    shapes: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>> = {},
    type: ElementType = inputs[0]?.type ?? this.float,
  ): Value[] {
    const outputs = shapes.map((shape) => this.#value(this.#unique([...this.#scope, op].join('.')), type, shape))
    this.nodes.push({ op, inputs, outputs, attributes })
    return outputs
  }

  /** Gives a value the name by which it is fetched. @throws RangeError if the name is taken. */
  output(name: string, value: Value): Value {
    const named = this.#value(this.#free(name), value.type, value.shape)
    this.nodes.push({ op: 'Identity', inputs: [value], outputs: [named], attributes: {} })
    this.outputs.push(named)
    return named
  }

  #value(name: string, type: ElementType, shape: Shape): Value {
    return { graph: this, name, type, shape }
  }

  /** A name from outside must stay as it is. */
  #free(name: string): string {
    if (this.#names.has(name)) throw new RangeError(`Cannot build a graph with two tensors called "${name}"`)
    return this.#unique(name)
  }

  #unique(name: string): string {
    const count = this.#names.get(name) ?? 0
    this.#names.set(name, count + 1)
    return `${this.#prefix}${name}${count === 0 ? '' : `:${count}`}`
  }
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** Throws unless `value` has the shape; a size of −1 stands for any. */
export function expectShape(value: Value, what: string, expected: Shape): void {
  const fits =
    value.shape.length === expected.length && expected.every((size, axis) => size < 0 || size === value.shape[axis])
  if (!fits) throw new ShapeError(value.graph.layer, what, value.shape, expected)
}

/** Sizes of a matrix. @throws {@link ShapeError} if `value` is not one. */
export function matrixSizes(value: Value, what: string): readonly [number, number] {
  expectShape(value, what, [-1, -1])
  return [value.shape[0] ?? 0, value.shape[1] ?? 0]
}

/** Tensors that do not fit together. */
export class ShapeError extends SalpError {
  /** Where in the net. */
  readonly layer: string
  readonly actual: Shape
  readonly expected: Shape
  constructor(layer: string, what: string, actual: Shape, expected: Shape) {
    const show = (shape: Shape): string => `[${shape.map((size) => (size < 0 ? 'any' : size)).join(', ')}]`
    super(
      'models/shape',
      `Cannot build "${layer}": ${what} has shape ${show(actual)} where ${show(expected)} is needed`,
    )
    this.layer = layer
    this.actual = actual
    this.expected = expected
  }
}
