/**
 * The thread in which a net is trained: a run of ONNX Runtime holds up the thread that asks for it, and what it leaves
 * behind is collected from the heap of that thread.
 *
 * At run time it imports nothing of ours, so that Node can start it from the sources too.
 */

import { parentPort, workerData } from 'node:worker_threads'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Kernel } from '../kernel/kernel.js'

/** A tensor in the memory of the trainer. */
export interface PlacedTensor {
  readonly name: string
  readonly type: 'float32' | 'int32'
  readonly shape: readonly number[]
  /** In bytes. */
  readonly place: number
}

/** The buffers in the memory of the trainer, in bytes. */
export interface Places {
  readonly weights: number
  readonly gradient: number
  readonly first: number
  readonly second: number
  /** Sum of the gradients of several batches; there if a step takes several. */
  readonly sum: number | undefined
  /** Weights that the proximal term pulls to. */
  readonly anchor: number | undefined
}

/** A mask to draw for each run. */
export interface PlacedMask extends PlacedTensor {
  /** A hash below it drops the element; unsigned, of 32 bits. */
  readonly threshold: number
  readonly kept: number
  /** Elements, rounded up to a multiple of 4. */
  readonly count: number
}

/** What the thread is started with. */
export interface TrainThreadOptions {
  /** Package that runs the graphs. */
  readonly runtime: string
  readonly memory: WebAssembly.Memory
  /** Module of the kernel. */
  readonly kernel: Uint8Array<ArrayBuffer>
  readonly gradientGraph: Uint8Array
  readonly lossGraph: Uint8Array
  readonly places: Places
  /** Elements of each buffer, and how many of them decay. */
  readonly length: number
  readonly decayed: number
  readonly parameters: readonly (PlacedTensor & { readonly gradientName: string; readonly gradientPlace: number })[]
  /** Inputs and targets, for each of two slots. */
  readonly slots: readonly (readonly PlacedTensor[])[]
  readonly masks: readonly PlacedMask[]
  /** Cores a run may use; `auto` tries one and two, and keeps to the faster. */
  readonly threads: number | 'auto'
  /** Whether the runtime keeps the memory of activations between runs. */
  readonly arena: boolean
  readonly adam: { readonly beta1: number; readonly beta2: number; readonly clip: number; readonly pull: number }
  /** Name of the loss among the outputs. */
  readonly loss: string
}

/** What the thread is asked. */
export type TrainRequest =
  | {
      readonly type: 'run'
      readonly slot: number
      /** Keys of the masks. */
      readonly keys: readonly number[]
      /** What this batch's gradient counts for. */
      readonly share: number
      readonly first: boolean
      /** If this is the last batch of a step: see `adamScalars`. */
      readonly update: readonly [step: number, floor: number, fade: number] | undefined
    }
  | { readonly type: 'evaluate'; readonly slot: number }
  | { readonly type: 'copy'; readonly what: readonly ('weights' | 'first' | 'second')[] }

/** What the thread answers, in the order it was asked. */
export type TrainReply =
  | { readonly type: 'ready' }
  /** `norm`: of the gradient before clipping, if the batch was the last of its step. Where it is not finite nothing was changed. */
  | { readonly type: 'ran'; readonly loss: number; readonly norm: number | undefined; readonly threads: number }
  | { readonly type: 'copied'; readonly values: readonly Float32Array<ArrayBuffer>[] }
  | { readonly type: 'failed'; readonly part: 'runtime' | 'graph' | 'run'; readonly error: unknown }

type Runtime = typeof import('onnxruntime-node')

await serve(workerData as TrainThreadOptions)

async function serve(options: TrainThreadOptions): Promise<void> {
  const say = (reply: TrainReply, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(reply, transfer)
  let part: Extract<TrainReply, { type: 'failed' }>['part'] = 'runtime'
  try {
    const { default: runtime }: { default: Runtime } = await import(options.runtime)
    part = 'graph'
    const answer = await openTraining(runtime, options)
    let last = Promise.resolve()
    parentPort?.on('message', (request: TrainRequest) => {
      last = last.then(async () => {
        try {
          const reply = await answer(request)
          say(reply, reply.type === 'copied' ? reply.values.map(({ buffer }) => buffer) : [])
        } catch (error) {
          say({ type: 'failed', part: 'run', error })
        }
      })
    })
    say({ type: 'ready' })
  } catch (error) {
    say({ type: 'failed', part, error })
  }
}

async function openTraining(
  runtime: Runtime,
  options: TrainThreadOptions,
): Promise<(request: TrainRequest) => Promise<TrainReply>> {
  const { memory, places, parameters, slots, masks, length, decayed, adam } = options
  const { buffer } = memory
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(options.kernel), { env: { memory } })
    .exports as Kernel & WebAssembly.Exports
  const tensorOf = ({ type, shape, place }: PlacedTensor): Tensor => {
    const size = shape.reduce((product, axis) => product * axis, 1)
    return type === 'float32'
      ? new runtime.Tensor(type, new Float32Array(buffer, place, size), shape)
      : new runtime.Tensor(type, new Int32Array(buffer, place, size), shape)
  }
  const tensors = (placed: readonly PlacedTensor[]): Record<string, Tensor> =>
    Object.fromEntries(placed.map((tensor) => [tensor.name, tensorOf(tensor)]))
  const feeds = slots.map((slot) => tensors([...parameters, ...masks, ...slot]))
  const only = (feed: Record<string, Tensor>, { inputNames }: InferenceSession): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(feed).filter(([name]) => inputNames.includes(name)))
  // The runtime writes into our buffers; what it returns is a copy, which is left to be collected.
  const loss = new Float32Array(1)
  const fetches = { [options.loss]: new runtime.Tensor('float32', loss, []) }
  const gradients = tensors(
    parameters.map(({ gradientName, gradientPlace, ...rest }) => ({
      ...rest,
      name: gradientName,
      place: gradientPlace,
    })),
  )
  const open = (graph: Uint8Array, threads: number): Promise<InferenceSession> =>
    runtime.InferenceSession.create(graph, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: options.arena,
      logSeverityLevel: 4,
      // A pool that spins between runs burns a core.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  const choice = createChoice(options.threads)
  const sessions = new Map<number, { session: InferenceSession; feeds: Record<string, Tensor>[] }>()
  for (const threads of choice.all) {
    const session = await open(options.gradientGraph, threads)
    sessions.set(threads, { session, feeds: feeds.map((feed) => only(feed, session)) })
  }
  let evaluation: InferenceSession | undefined

  const update = (from: number, [step, floor, fade]: readonly [number, number, number]): number => {
    if (places.anchor !== undefined) kernel.pullTo(from, places.weights, places.anchor, length, adam.pull)
    const norm = Math.sqrt(kernel.squaredNorm(from, length))
    if (!Number.isFinite(norm)) return norm
    const factor = Math.min(1, adam.clip / norm)
    const { beta1, beta2 } = adam
    const part = (start: number, count: number, kept: number): void => {
      const { weights, first, second } = places
      const at = start * 4
      kernel.adam(weights + at, from + at, first + at, second + at, count, factor, beta1, beta2, step, floor, kept)
    }
    part(0, decayed, fade)
    part(decayed, length - decayed, 1)
    return norm
  }

  return async (request) => {
    if (request.type === 'copy') {
      return {
        type: 'copied',
        values: request.what.map((what) => Float32Array.from(new Float32Array(buffer, places[what], length))),
      }
    }
    if (request.type === 'evaluate') {
      evaluation ??= await open(options.lossGraph, 1)
      await evaluation.run(only(feeds[request.slot] ?? {}, evaluation), fetches)
      return { type: 'ran', loss: loss[0] ?? Number.NaN, norm: undefined, threads: 1 }
    }
    for (const [index, { place, count, threshold, kept }] of masks.entries()) {
      kernel.mask(place, count, request.keys[index] ?? 0, threshold, kept)
    }
    const threads = choice.next()
    const chosen = sessions.get(threads)
    const started = performance.now()
    await chosen?.session.run(chosen.feeds[request.slot] ?? {}, { ...fetches, ...gradients })
    choice.took(threads, performance.now() - started)
    let from = places.gradient
    if (places.sum !== undefined) {
      if (request.first) new Float32Array(buffer, places.sum, length).fill(0)
      kernel.addScaled(places.sum, places.gradient, length, request.share)
      from = places.sum
    }
    const norm = request.update === undefined ? undefined : update(from, request.update)
    return { type: 'ran', loss: loss[0] ?? Number.NaN, norm, threads }
  }
}

/**
 * Chooses how many threads to run with: the same bits come out, so switching is free.
 *
 * At first a few runs with each, then now and then a few with the other; the load of the machine changes.
 */
function createChoice(asked: number | 'auto'): {
  readonly all: readonly number[]
  next(): number
  took(threads: number, ms: number): void
} {
  const all = asked === 'auto' ? [1, 2] : [asked]
  const [trials, period] = [3, 60]
  const start = all.length * trials
  /** The last times with each, newest last. */
  const times = new Map<number, number[]>()
  const median = (threads: number): number =>
    times.get(threads)?.toSorted((a, b) => a - b)[trials >> 1] ?? Number.POSITIVE_INFINITY
  const [first = 1] = all
  let best = first
  let runs = 0
  const other = (): number => all.find((threads) => threads !== best) ?? best
  return {
    all,
    next() {
      const run = runs++
      if (run < start) return all[Math.floor(run / trials)] ?? best
      return (run - start) % period < period - trials ? best : other()
    },
    took(threads, ms) {
      times.set(threads, [...(times.get(threads) ?? []), ms].slice(-trials))
      // A little faster is not worth a change: two threads leave less for others.
      if (runs === start || (runs > start && (runs - start) % period === 0)) {
        if (median(other()) < 0.95 * median(best)) best = other()
      }
    },
  }
}
