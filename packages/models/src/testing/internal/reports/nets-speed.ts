/** Prints how fast nets are trained and run, beside plain loops, tfjs and onnxruntime-web, in one run: `pnpm speed`. */

import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { createRng } from '@salp/core'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as native from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import type { Batch } from '../../../nets/data/batches.js'
import { aggregate } from '../../../nets/federation/aggregate.js'
import type { Graph } from '../../../nets/graph/graph.js'
import { createPredictor } from '../../../nets/inference/predictor.js'
import { createWriter } from '../../../nets/inference/writer.js'
import { initialWeights } from '../../../nets/initial.js'
import { openKernel } from '../../../nets/kernel/kernel.js'
import { feedForward } from '../../../nets/layers.js'
import { defineNet, float32, int32, type Net, parameterViews, type Sizes } from '../../../nets/net.js'
import { createTrainer } from '../../../nets/node/trainer.js'
import { openWeightFile, saveWeights } from '../../../nets/node/weight-file.js'
import { toOnnx } from '../../../nets/onnx/onnx.js'
import { crossEntropy } from '../../../nets/ops/losses.js'
import { gradientGraph, loopGraph, stepGraph, trainNames } from '../../../nets/train-graphs.js'
import { defineTransformer } from '../../../nets/transformer.js'
import { adam, createPlainNet } from './plain-ffn.js'

const widths = [128, 1024, 1024, 23]
const ffn = defineNet({
  name: 'ffn',
  sizes: { batch: 32 },
  inputs: { x: float32('batch', 128) },
  targets: { label: int32('batch'), weight: float32('batch') },
  forward: ({ x }) => ({ logits: feedForward(x, 'body', { widths: widths.slice(1), activation: 'relu' }) }),
  loss: ({ logits }, { label, weight }) => crossEntropy(logits, label, weight),
})
const planner = defineTransformer({
  name: 'planner',
  words: 128,
  width: 256,
  heads: 8,
  inner: 512,
  layers: 4,
  longest: 64,
})
const unified = defineTransformer({
  ...{ name: 'unified', words: 8_192, width: 384, heads: 6, inner: 1_536, layers: 3, longest: 256 },
  encoder: { layers: 3, longest: 128, head: { widths: [256, 24], weight: 1 } },
})

/** Fills a batch with anything valid. */
function fillAnyhow(batch: Batch): void {
  const rng = createRng('batch')
  for (const [name, values] of Object.entries(batch)) {
    if (values instanceof Int32Array) for (const index of values.keys()) values[index] = Math.floor(rng() * 20)
    else values.fill(1 / values.length)
    if (name === 'x') for (const index of values.keys()) values[index] = rng() - 0.5
    if (name === 'mask') values.fill(0)
  }
}

/** Median time of a run, in ms, after a few that do not count. */
async function median(run: () => unknown, { runs = 15, warm = 3 } = {}): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < warm + runs; index++) {
    const started = performance.now()
    await run()
    if (index >= warm) times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

function say(name: string, ms: number, ...ratios: readonly (readonly [string, number])[]): void {
  const beside = ratios.map(([of, ratio]) => `${ratio.toFixed(1)} × ${of}`).join(', ')
  console.log(`${name.padEnd(52)} ${ms.toFixed(ms < 10 ? 3 : 1).padStart(9)} ms  ${beside}`)
}

async function timeStep(net: Net, sizes: Sizes, threads: number | 'auto', runs = 15): Promise<number> {
  await using trainer = await createTrainer({ net, sizes, threads, weights: initialWeights(net, createRng(1)) })
  fillAnyhow(trainer.slots[0])
  let step = 0
  return await median(() => trainer.run({ slot: 0, index: step++, step, rate: 1e-4, decay: 0.01 }), { runs })
}

/** The same graph in onnxruntime-web: gradients alone, without the optimiser. */
async function timeWeb(net: Net, sizes: Sizes): Promise<number> {
  web.env.wasm.numThreads = 1
  const graph = gradientGraph(net, sizes)
  const session = await web.InferenceSession.create(toOnnx(graph, { name: net.name }), { executionProviders: ['wasm'] })
  const views = parameterViews(net.layout, initialWeights(net, createRng(1)))
  const batch: Record<string, Float32Array | Int32Array> = {}
  for (const { name, type, shape } of graph.inputs) {
    const size = shape.reduce((product, axis) => product * axis, 1)
    batch[name] = views.get(name) ?? (type === 'int32' ? new Int32Array(size) : new Float32Array(size))
  }
  fillAnyhow(Object.fromEntries(Object.entries(batch).filter(([name]) => !views.has(name))))
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const data = batch[name] ?? new Float32Array()
      return [
        name,
        data instanceof Int32Array ? new web.Tensor('int32', data, shape) : new web.Tensor('float32', data, shape),
      ]
    }),
  )
  const time = await median(() => session.run(feeds), { runs: 7 })
  await session.release()
  return time
}

function timePlain(rows: number): Promise<number> {
  const net = createPlainNet(widths, rows)
  const rng = createRng('plain')
  const x = Float32Array.from({ length: rows * 128 }, () => rng() - 0.5)
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 20)
  return median(() => net.step(x, labels), { runs: 5, warm: 2 })
}

async function timeTensorFlow(rows: number): Promise<number> {
  const variables = widths.slice(1).map((to, index) => ({
    w: tf.variable(tf.randomNormal([widths[index] ?? 0, to], 0, 0.03)),
    b: tf.variable(tf.zeros([to])),
  }))
  const x = tf.randomNormal([rows, 128])
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: rows }, (_, row) => row % 20),
      'int32',
    ),
    23,
  )
  const optimizer = tf.train.adam(1e-4)
  return median(
    async () => {
      const loss = optimizer.minimize(
        () =>
          tf.tidy(() => {
            const scores = variables.reduce<tf.Tensor>((value, { w, b }, index) => {
              const sum = tf.add(tf.matMul(value as tf.Tensor2D, w as tf.Tensor2D), b)
              return index < variables.length - 1 ? tf.relu(sum) : sum
            }, x)
            const likely = tf.softmax(scores)
            return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.log(tf.add(likely, 1e-9))), 1))) as tf.Scalar
          }),
        true,
      )
      await loss?.data()
      loss?.dispose()
    },
    { runs: 7 },
  )
}

async function trainingSteps(): Promise<void> {
  const modes = await timeModes()
  const require = createRequire(import.meta.url)
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  await tf.setBackend('wasm')
  await tf.ready()
  for (const batch of [32, 256]) {
    const ours = await timeStep(ffn, { batch }, 1, 40)
    const [plain, other] = [await timePlain(batch), await timeTensorFlow(batch)]
    say(
      `FFN step, batch ${batch}, one thread`,
      ours,
      ['plain loops', plain / ours],
      [`tfjs ${tf.getBackend()}`, other / ours],
      ['onnxruntime-web', (await timeWeb(ffn, { batch })) / ours],
    )
    if (batch === 32) {
      say('  the whole step in the graph (A)', modes.single, ['kernel (C)', modes.single / ours])
      say('  eight steps in a loop of the graph (B), each', modes.loop, ['A', modes.single / modes.loop])
    }
    say('  two threads', await timeStep(ffn, { batch }, 2, 40))
    say('  threads by load', await timeStep(ffn, { batch }, 'auto', 60))
  }
  const sizes = { batch: 16, length: 64 }
  const one = await timeStep(planner.net, sizes, 1, 7)
  const two = await timeStep(planner.net, sizes, 2, 7)
  say('transformer 2.2 M step, 16 × 64, one thread', one, [
    'onnxruntime-web',
    (await timeWeb(planner.net, sizes)) / one,
  ])
  say('  two threads', two, ['one thread', one / two])
  say(
    `encoder-decoder ${(unified.net.parameterCount / 1e6).toFixed(1)} M step, 8 × (128 → 64), one thread`,
    await timeStep(unified.net, { batch: 8, length: 64, reach: 128 }, 1, 3),
  )
}

/** Whole steps in the graph: one a run, each into the other of two sets of buffers (A), and eight a run in a loop (B). */
async function timeModes(): Promise<{ single: number; loop: number }> {
  const [batch, count] = [32, 8]
  const timeOf = async (graph: Graph, stack: readonly number[]): Promise<number> => {
    const session = await native.InferenceSession.create(toOnnx(graph, { name: 'ffn' }), {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    })
    const updated = graph.outputs.filter(({ name }) => name.endsWith('#next'))
    const fixed: Record<string, native.Tensor> = {}
    for (const { name, type, shape } of graph.inputs) {
      const size = shape.reduce((product, axis) => product * axis, 1)
      const values = name === trainNames.scalars ? new Float32Array(size).fill(1e-4) : new Float32Array(size).fill(0.01)
      fixed[name] =
        type === 'int32'
          ? new native.Tensor(type, new Int32Array(size), shape)
          : new native.Tensor('float32', values, shape)
    }
    const sets = [0, 1].map(() =>
      Object.fromEntries(
        updated.map(({ name, shape }) => {
          const size = shape.reduce((product, axis) => product * axis, 1)
          return [name.replace(/#next$/, ''), new native.Tensor('float32', new Float32Array(size).fill(0.01), shape)]
        }),
      ),
    )
    let turn = 0
    const run = async (): Promise<void> => {
      const [from = {}, to = {}] = turn++ % 2 === 0 ? sets : sets.toReversed()
      const fetches = Object.fromEntries(Object.entries(to).map(([name, tensor]) => [trainNames.next(name), tensor]))
      await session.run({ ...fixed, ...from }, { ...fetches, [trainNames.loss]: null })
    }
    return (await median(run)) / (stack[0] ?? 1)
  }
  return {
    single: await timeOf(stepGraph(ffn, { batch }), []),
    loop: await timeOf(loopGraph(ffn, { batch }, count), [count]),
  }
}

async function optimiser(): Promise<void> {
  const length = 1_205_248
  const memory = new WebAssembly.Memory({ initial: Math.ceil((length * 16) / 65_536) })
  const kernel = openKernel(memory)
  const place = (index: number): number => index * length * 4
  const ours = await median(() =>
    kernel.adam(place(0), place(1), place(2), place(3), length, 1, 0.9, 0.999, 0.001, 1e-8, 1),
  )
  const [p, g, m, v] = [0, 1, 2, 3].map(() => new Float32Array(length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const plain = await median(() => adam(p, g, m, v, 1))
  say('AdamW alone, 1.2 M', ours, ['a loop', plain / ours])
}

async function inference(): Promise<void> {
  const predictor = await createPredictor(
    { runtime: native },
    { net: ffn, sizes: { batch: 1 }, weights: initialWeights(ffn, createRng(1)) },
  )
  const x = new Float32Array(128)
  const times: number[] = []
  for (let index = 0; index < 3_000; index++) {
    const started = performance.now()
    await predictor.run({ x })
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  say('FFN at batch 1, p50', times[1_500] ?? 0)
  say('FFN at batch 1, p99', times[2_970] ?? 0)

  const weights = initialWeights(unified.net, createRng(1))
  const writer = await createWriter({ runtime: native }, { model: unified, weights, reach: 128 })
  const source = Array.from({ length: 128 }, (_, at) => at + 10)
  say('fast head of the 16 M net, 128 tokens read', await median(() => writer.classify(source)))
  for (const prefix of [64, 128]) {
    const sequence = Array.from({ length: prefix }, (_, at) => at + 10)
    const perWord = (await median(() => writer.scores(sequence, source), { runs: 3, warm: 1 })) / prefix
    const whole = await createPredictor(
      { runtime: native },
      { net: unified.net, sizes: { batch: 1, length: prefix, reach: 128 }, weights },
    )
    const without = await median(
      () =>
        whole.run({
          ids: Int32Array.from(sequence),
          source: Int32Array.from(source),
          mask: new Float32Array(128),
          share: new Float32Array(128).fill(1 / 128),
        }),
      { runs: 5 },
    )
    await whole.close()
    say(`a word with kept keys and values, prefix ${prefix}`, perWord, ['without', without / perWord])
  }
}

async function federation(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'salp-speed-'))
  try {
    const paths = Array.from({ length: 8 }, (_, index) => join(folder, `${index}`))
    for (const [index, path] of paths.entries())
      await saveWeights(path, unified.net, initialWeights(unified.net, createRng(index)), { steps: 0, dataDigest: '' })
    globalThis.gc?.()
    for (const rule of [
      { type: 'mean' },
      { type: 'median' },
      { type: 'trimmed-mean', hostile: 2 },
      { type: 'multi-krum', hostile: 2 },
    ] as const) {
      const files = await Promise.all(paths.map((path) => openWeightFile(path, unified.net)))
      const before = process.memoryUsage.rss()
      let most = before
      const time = await median(
        () =>
          aggregate(files, {
            rule,
            write: () => {
              most = Math.max(most, process.memoryUsage.rss())
            },
          }),
        { runs: 3, warm: 1 },
      )
      say(`${rule.type}, 8 peers × ${(unified.net.parameterCount / 1e6).toFixed(1)} M from files`, time, [
        'MB more',
        (most - before) / 1e6,
      ])
      for (const file of files) await file.close()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function eventLoop(): Promise<void> {
  await using trainer = await createTrainer({
    net: ffn,
    sizes: { batch: 256 },
    weights: initialWeights(ffn, createRng(1)),
  })
  fillAnyhow(trainer.slots[0])
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (let step = 1; step <= 100; step++) await trainer.run({ slot: 0, index: step, step, rate: 1e-4, decay: 0.01 })
  delay.disable()
  say('event-loop delay while training, p99 (1 ms timer)', delay.percentile(99) / 1e6)
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Medians; ratios are of this run.\n`)
await trainingSteps()
await optimiser()
await inference()
await eventLoop()
await federation()
