/** Runs the graphs of nets: the one place where inference meets ONNX Runtime, be it the one for Node or the one for browsers. */

import { SalpError } from '@salp/core'
import { sizeOf } from '../graph/graph.js'
import { expectParameters, forwardGraph, type Net, parameterViews, type Sizes, type View } from '../net.js'
import { liveInputs, toOnnx } from '../onnx/onnx.js'

/** A tensor of the runtime. */
export interface OnnxTensor {
  readonly data: unknown
}

/** What is asked of ONNX Runtime: `onnxruntime-node` and `onnxruntime-web` both are one. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: {
        readonly intraOpNumThreads: number
        readonly logSeverityLevel: 4
        readonly executionProviders?: readonly string[]
      },
    ): Promise<OnnxSession>
  }
  readonly Tensor: new (
    type: 'float32' | 'int32',
    data: Float32Array | Int32Array,
    shape: readonly number[],
  ) => OnnxTensor
}

/** An open graph. */
export interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>
  release(): Promise<void>
}

/** What is run. */
export interface PredictorOptions {
  readonly net: Net
  /** Another graph over the parameters of the net. @defaultValue the net itself */
  readonly view?: View | undefined
  readonly sizes: Sizes
  /** In the layout of the net; copied. */
  readonly weights: Float32Array
  /** @defaultValue those of the runtime */
  readonly executionProviders?: readonly string[] | undefined
}

/** A graph that is open for one set of sizes. */
export interface Predictor {
  /** Runs the graph. Arrays are as long as the shapes say; results are the caller's own. */
  run(inputs: Readonly<Record<string, Float32Array | Int32Array>>): Promise<Record<string, Float32Array>>
  /** Goes on with other weights, which are copied; what runs already ends with the old ones. Nothing is rebuilt. */
  load(weights: Float32Array): void
  close(): Promise<void>
}

/**
 * Opens the graph of a net or of a view, with one thread: small products gain nothing from more.
 *
 * In Node a run holds up the thread that asks for it; a small net takes a tenth of a millisecond.
 *
 * @throws {@link InferenceError} (`models/inference`) if the runtime does not take the graph.
 */
export async function createPredictor(
  { runtime }: { readonly runtime: OnnxRuntime },
  options: PredictorOptions,
): Promise<Predictor> {
  const { net, view = net, sizes, executionProviders } = options
  const graph = forwardGraph(view, sizes)
  expectParameters(net, graph)
  const outputs = new Map(graph.outputs.map(({ name, shape }) => [name, sizeOf(shape)]))
  const fed = liveInputs(graph)
  const ownNames = new Set(graph.parameters.keys())
  const inputs = fed.filter(({ name }) => !ownNames.has(name))
  const parameters = fed.filter(({ name }) => ownNames.has(name))
  const tensorsOf = (weights: Float32Array): Record<string, OnnxTensor> => {
    const views = parameterViews(net.layout, Float32Array.from(weights))
    return Object.fromEntries(
      parameters.map(({ name, shape }) => [
        name,
        new runtime.Tensor('float32', views.get(name) ?? new Float32Array(), shape),
      ]),
    )
  }
  let tensors = tensorsOf(options.weights)
  const session = await guarded(view, () =>
    runtime.InferenceSession.create(toOnnx(graph, { name: view.name }), {
      ...{ intraOpNumThreads: 1, logSeverityLevel: 4 },
      ...(executionProviders === undefined ? {} : { executionProviders }),
    }),
  )
  return {
    async run(given) {
      const feeds: Record<string, OnnxTensor> = { ...tensors }
      for (const { name, type, shape } of inputs) {
        const data = given[name]
        const fits =
          data !== undefined && data.length === sizeOf(shape) && (type === 'int32') === data instanceof Int32Array
        if (!fits) throw new RangeError(`Cannot run "${view.name}": "${name}" must be ${sizeOf(shape)} of ${type}`)
        feeds[name] = new runtime.Tensor(data instanceof Int32Array ? 'int32' : 'float32', data, shape)
      }
      const results = await guarded(view, () => session.run(feeds))
      return Object.fromEntries(
        [...outputs].map(([name, size]) => {
          const data = results[name]?.data
          if (!(data instanceof Float32Array) || data.length !== size)
            throw new InferenceError(view.name, `no ${size} numbers came for "${name}"`)
          return [name, data]
        }),
      )
    },
    load(weights) {
      tensors = tensorsOf(weights)
    },
    close: () => session.release(),
  }
}

async function guarded<T>({ name }: View, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw new InferenceError(name, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** A graph that cannot be run. */
export class InferenceError extends SalpError {
  /** Name of the net or view. */
  readonly net: string
  constructor(net: string, why: string, cause?: unknown) {
    super('models/inference', `Cannot run "${net}": ${why}`, { cause })
    this.net = net
  }
}
