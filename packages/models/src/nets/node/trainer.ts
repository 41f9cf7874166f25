/** The near end of the thread in which a net is trained. */

import { Worker } from 'node:worker_threads'
import { describeError, SalpError } from '@salp/core'
import type { Batch } from '../data/batches.js'
import { sizeOf } from '../graph/graph.js'
import { kernelModule, maskKey } from '../kernel/kernel.js'
import { type Net, type Sizes, shapeOf } from '../net.js'
import { toOnnx } from '../onnx/onnx.js'
import { type AdamOptions, adamDefaults, adamScalars, gradientGraph, lossGraph, trainNames } from '../train-graphs.js'
import type { PlacedTensor, TrainReply, TrainRequest, TrainThreadOptions } from './train-worker.js'

/** How a net is trained, below the loop over steps. */
export interface TrainerOptions extends AdamOptions {
  readonly net: Net
  /** Sizes of the named axes in each batch. */
  readonly sizes: Sizes
  /** Weights to start from, in the layout of the net; copied. */
  readonly weights: Float32Array
  /** Moments to go on with; copied. */
  readonly moments?: { readonly first: Float32Array; readonly second: Float32Array } | undefined
  /** Batches whose gradients make one step. @defaultValue `1` */
  readonly accumulate?: number | undefined
  /** The proximal term of FedProx: adds half of `pull` times the squared distance from `weights` to the loss. */
  readonly proximal?: { readonly weights: Float32Array; readonly pull: number } | undefined
  /** Of the dropout masks. @defaultValue `0` */
  readonly seed?: number | undefined
  /** Cores a run may use. `auto` times one and two now and then, and keeps to the faster; the bits are the same. @defaultValue `1` */
  readonly threads?: number | 'auto' | undefined
}

/** What running one batch did. */
export interface RunResult {
  readonly loss: number
  /**
   * Norm of the gradient before clipping, if the batch was the last of its step. Where it is not finite the step was left
   * out, and nothing changed.
   */
  readonly norm: number | undefined
  /** Cores it used. */
  readonly threads: number
}

/** Weights and moments. The moments are unscaled: m ← β₁m + g, v ← β₂v + g². */
export interface TrainerState {
  readonly weights: Float32Array<ArrayBuffer>
  readonly first: Float32Array<ArrayBuffer>
  readonly second: Float32Array<ArrayBuffer>
}

/** A net in training. Whoever asks waits for the answer before asking again, but may fill the other slot meanwhile. */
export interface Trainer {
  /** Arrays of a batch, for each of two slots: fill one while the other is run. */
  readonly slots: readonly [Batch, Batch]
  /** Runs the batch of a slot; the last of a step changes the weights. */
  run(options: {
    readonly slot: 0 | 1
    /** Number of the batch: 0, 1, 2, …, each step taking `accumulate` of them. The dropout masks depend on it. */
    readonly index: number
    /** Number of the step, if all before it changed the weights: 1, 2, 3, … AdamW's correction depends on it. */
    readonly step: number
    readonly rate: number
    readonly decay: number
  }): Promise<RunResult>
  /** Loss of the batch of a slot, without dropout. */
  evaluate(slot: 0 | 1): Promise<number>
  /** Copies of weights and moments as they are now. */
  state(): Promise<TrainerState>
  /** A copy of the weights as they are now. */
  weights(): Promise<Float32Array<ArrayBuffer>>
  /** Ends the thread; what it was still asked rejects. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Above this many weights the runtime holds on to a gigabyte of activations unless told not to. */
const largeNet = 10_000_000

/** Beside this in the sources; once built this lies in a chunk that several entries share, so its place is asked of the package. */
const workerUrl = import.meta.url.endsWith('.ts')
  ? new URL('./train-worker.ts', import.meta.url)
  : new URL('dist/nets/node/train-worker.js', import.meta.resolve('@salp/models/package.json'))

/**
 * Opens a net for training, in a thread of its own with a memory of its own.
 *
 * @throws {@link TrainingError} (`models/training`) if `onnxruntime-node` is not there, or does not take the graph.
 * @throws RangeError if weights or moments are not those of the net.
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { net, seed = 0, accumulate = 1 } = options
  const { memory, thread: threadOptions } = planMemory(options)
  const thread = await startThread(net, threadOptions)
  const [first = {}, second = {}] = threadOptions.slots.map((slot) =>
    Object.fromEntries(slot.map((tensor) => [tensor.name, viewOf(memory, tensor)])),
  )
  const run = async (request: TrainRequest): Promise<RunResult> => {
    const reply = await thread.ask(request)
    if (reply.type !== 'ran') throw new TrainingError(net.name, `its thread answered "${reply.type}"`)
    return reply
  }
  const copy = async (...what: ('weights' | 'first' | 'second')[]): Promise<readonly Float32Array<ArrayBuffer>[]> => {
    const reply = await thread.ask({ type: 'copy', what })
    if (reply.type !== 'copied') throw new TrainingError(net.name, `its thread answered "${reply.type}"`)
    return reply.values
  }
  return {
    slots: [first, second],
    run({ slot, index, step, rate, decay }) {
      const keys = threadOptions.masks.map((_, mask) => maskKey(seed, index, mask))
      const part = index % accumulate
      const update = part === accumulate - 1 ? adamScalars(step, { ...options, rate, decay }) : undefined
      return run({ type: 'run', slot, keys, share: 1 / accumulate, first: part === 0, update })
    },
    async evaluate(slot) {
      return (await run({ type: 'evaluate', slot })).loss
    },
    async state() {
      const [weights = new Float32Array(), first = weights, second = weights] = await copy('weights', 'first', 'second')
      return { weights, first, second }
    },
    async weights() {
      const [weights = new Float32Array()] = await copy('weights')
      return weights
    },
    close: thread.close,
    [Symbol.asyncDispose]: thread.close,
  }
}

/** Lays everything the thread needs out in one shared memory. */
function planMemory(options: TrainerOptions): { memory: WebAssembly.Memory; thread: TrainThreadOptions } {
  const { net, sizes, weights, moments, accumulate = 1, proximal, threads = 1 } = options
  const { layout, parameterCount } = net
  let bytes = 0
  const reserve = (elements: number): number => {
    const place = bytes
    bytes += Math.ceil(elements / 16) * 64
    return place
  }
  const places = {
    weights: reserve(layout.length),
    gradient: reserve(layout.length),
    first: reserve(layout.length),
    second: reserve(layout.length),
    sum: accumulate > 1 ? reserve(layout.length) : undefined,
    anchor: proximal === undefined ? undefined : reserve(layout.length),
  }
  const slots = [0, 1].map(() =>
    Object.entries({ ...net.inputs, ...net.targets }).map(([name, spec]): PlacedTensor => {
      const shape = shapeOf(spec, sizes)
      return { name, type: spec.type, shape, place: reserve(sizeOf(shape)) }
    }),
  )
  const graph = gradientGraph(net, sizes)
  const masks = graph.dropouts.map(({ value: { name, shape }, rate }) => {
    const count = Math.ceil(sizeOf(shape) / 4) * 4
    const threshold = Math.round(rate * 2 ** 32)
    return { name, type: 'float32' as const, shape, place: reserve(count), count, threshold, kept: 1 / (1 - rate) }
  })
  // Sized once: growing would detach every view.
  const pages = Math.ceil(bytes / 65_536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const put = (place: number | undefined, values: Float32Array | undefined): void => {
    if (place === undefined || values === undefined) return
    const { length } = layout
    if (values.length !== length)
      throw new RangeError(`Cannot train "${net.name}" from ${values.length} weights: it has ${length}`)
    new Float32Array(memory.buffer, place, length).set(values)
  }
  put(places.weights, weights)
  put(places.first, moments?.first)
  put(places.second, moments?.second)
  put(places.anchor, proximal?.weights)
  const thread: TrainThreadOptions = {
    ...{ runtime: 'onnxruntime-node', memory, places, slots, masks, threads },
    kernel: kernelModule({ shared: true }),
    gradientGraph: toOnnx(graph, { name: net.name }),
    lossGraph: toOnnx(lossGraph(net, sizes), { name: net.name }),
    ...{ length: layout.length, decayed: layout.decayed },
    parameters: layout.parameters.map(({ name, shape, offset }) => ({
      ...{ name, type: 'float32', shape, place: places.weights + offset * 4 },
      ...{ gradientName: trainNames.gradient(name), gradientPlace: places.gradient + offset * 4 },
    })),
    arena: parameterCount < largeNet,
    adam: { ...adamDefaults(options), pull: proximal?.pull ?? 0 },
    loss: trainNames.loss,
  }
  return { memory, thread }
}

function viewOf({ buffer }: WebAssembly.Memory, { type, shape, place }: PlacedTensor): Float32Array | Int32Array {
  return new (type === 'float32' ? Float32Array : Int32Array)(buffer, place, sizeOf(shape))
}

/** The thread, asked one thing after the other; it keeps the process alive only while it is asked something. */
async function startThread(
  net: Net,
  workerData: TrainThreadOptions,
): Promise<{ ask(request: TrainRequest): Promise<TrainReply>; close(): Promise<void> }> {
  const worker = new Worker(workerUrl, { workerData })
  const waiting: PromiseWithResolvers<TrainReply>[] = []
  let ended: TrainingError | undefined
  const end = (why: string, cause?: unknown): void => {
    ended ??= new TrainingError(net.name, why, cause)
    for (const { reject } of waiting.splice(0)) reject(ended)
  }
  const expectReply = (): Promise<TrainReply> => {
    const answer = Promise.withResolvers<TrainReply>()
    waiting.push(answer)
    return answer.promise
  }
  worker.on('message', (reply: TrainReply) => {
    const answer = waiting.shift()
    if (waiting.length === 0) worker.unref()
    if (reply.type !== 'failed') answer?.resolve(reply)
    else answer?.reject(new TrainingError(net.name, failure(reply.part, workerData.runtime, reply.error), reply.error))
  })
  worker.on('error', (error) => end('its thread broke down', error))
  worker.on('exit', () => end('its trainer is closed'))
  const close = async (): Promise<void> => {
    end('its trainer is closed')
    await worker.terminate()
  }
  try {
    await expectReply()
  } catch (error) {
    await close()
    throw error
  }
  return {
    ask(request) {
      if (ended !== undefined) return Promise.reject(ended)
      worker.ref()
      const answer = expectReply()
      worker.postMessage(request)
      return answer
    },
    close,
  }
}

function failure(part: Extract<TrainReply, { type: 'failed' }>['part'], runtime: string, error: unknown): string {
  const why = describeError(error)
  if (part === 'runtime') return `"${runtime}" cannot be loaded (${why}). Install it beside @salp/models`
  return part === 'graph' ? `the runtime does not take its graph: ${why}` : why
}

/** A net that cannot be trained, or no further. */
export class TrainingError extends SalpError {
  /** Name of the net. */
  readonly net: string
  constructor(net: string, why: string, cause?: unknown) {
    super('models/training', `Cannot train "${net}": ${why}`, { cause })
    this.net = net
  }
}
