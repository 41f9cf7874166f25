import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { killable } from '../../testing/internal/killable.js'
import { runSource } from '../../testing/internal/run-source.js'
import { spiralExamples, spiralNet } from '../../testing/internal/spirals.js'
import { type BatchSource, orderedBatches, shuffledBatches } from '../data/batches.js'
import { initialWeights } from '../initial.js'
import { embedding, linear } from '../layers.js'
import { defineNet, float32, int32 } from '../net.js'
import { squaredError } from '../ops/losses.js'
import { type Schedule, warmupCosine } from '../schedule.js'
import { readCheckpoint } from './checkpoint.js'
import { type TrainOptions, train } from './train.js'
import { createTrainer } from './trainer.js'

const folders: string[] = []
const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'salp-train-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})

const clock = stoppedClock()
const net = spiralNet({ drop: 0.1 })
const data = shuffledBatches(spiralExamples(500, 'train'), { seed: 1, weights: ['weight'] })
const heldOut = orderedBatches(spiralExamples(100, 'held out'), { rows: 32, weights: ['weight'] })
const steady: Schedule = () => 0.01
const base: TrainOptions = { net, sizes: net.sizes, data, steps: 60, schedule: steady, seed: 3 }

describe('train()', () => {
  test('learns: the loss on held-out data falls far below chance', async () => {
    const losses: number[] = []
    const steps = 400
    const done = await train(
      { clock },
      {
        ...base,
        steps,
        schedule: warmupCosine({ peak: 0.01, warmup: 20, steps }),
        evaluation: { batches: heldOut, every: 100 },
        onProgress: ({ heldOut }) => heldOut !== undefined && losses.push(heldOut),
      },
    )
    expect(losses).toHaveLength(4)
    expect(done.heldOut).toBe(Math.min(...losses))
    expect(done.heldOut).toBeLessThan(0.15)
  })

  test('gives the same bits in every run, with one thread, two, and either', async () => {
    const [once, again, two, auto] = [
      await train({ clock }, base),
      await train({ clock }, base),
      await train({ clock }, { ...base, threads: 2 }),
      await train({ clock }, { ...base, threads: 'auto' }),
    ]
    for (const other of [again, two, auto]) expect(other.weights).toEqual(once.weights)
    const otherSeed = await train({ clock }, { ...base, weights: initialWeights(net, createRng(3)), seed: 4 })
    expect(otherSeed.weights, 'other dropout masks').not.toEqual(once.weights)
  })

  test.each([1, 3])(
    'goes on from a checkpoint with the bits of a run that never stopped, %i batches a step',
    async (accumulate) => {
      const folder = await newFolder()
      const options = { ...base, accumulate, evaluation: { batches: heldOut, every: 7 } }
      const whole = await train({ clock }, options)
      const controller = new AbortController()
      const stopped = train(
        { clock },
        {
          ...options,
          checkpoints: { folder, every: 10 },
          signal: controller.signal,
          onProgress: ({ step }) => step === 37 && controller.abort(new Error('enough')),
        },
      )
      await expect(stopped).rejects.toThrow('enough')
      expect(await readdir(folder)).toEqual(['step-000000020', 'step-000000030'])
      const first: number[] = []
      const resumed = await train(
        { clock },
        { ...options, checkpoints: { folder, every: 10 }, onProgress: ({ step }) => first.push(step) },
      )
      expect(first[0]).toBe(31)
      expect(resumed).toEqual(whole)
    },
  )

  test('takes several batches as one step', async () => {
    const examples = spiralExamples(64, 'train')
    const plain = spiralNet()
    const halves = { net: plain, steps: 5, schedule: steady, weights: initialWeights(plain, createRng(1)) }
    const batches = shuffledBatches(examples, { seed: 1, weights: ['weight'] })
    const large = await train({ clock }, { ...halves, data: batches, sizes: { batch: 64 } })
    const small = await train({ clock }, { ...halves, data: batches, sizes: { batch: 32 }, accumulate: 2 })
    for (const [index, weight] of large.weights.entries()) expect(small.weights[index]).toBeCloseTo(weight, 4)
  })

  test('leaves out steps whose gradient is not finite, and says how many', async () => {
    const poisoned: BatchSource = (batch, index) => {
      data(batch, index)
      if (index % 10 === 4) batch.x?.fill(Number.NaN, 0, 1)
    }
    const norms: number[] = []
    const done = await train({ clock }, { ...base, data: poisoned, onProgress: ({ norm }) => norms.push(norm) })
    expect(done.skipped).toBe(6)
    expect(norms.filter((norm) => !Number.isFinite(norm))).toHaveLength(6)
    expect(done.weights.every(Number.isFinite)).toBe(true)
    const clean = await train({ clock }, { ...base, data: (batch, index) => data(batch, index), steps: 4 })
    const upTo = await train({ clock }, { ...base, data: poisoned, steps: 5 })
    expect(upTo.weights, 'a step left out changes nothing').toEqual(clean.weights)
  })

  test('gives up on data that never give a finite gradient', async () => {
    const all: BatchSource = (batch) => batch.x?.fill(Number.POSITIVE_INFINITY)
    await expect(train({ clock }, { ...base, data: all })).rejects.toThrow(
      'its gradient was not finite 20 times in a row',
    )
  })

  test('stops once held-out data get no better, and gives the best weights', async () => {
    const steps = 2_000
    const done = await train(
      { clock },
      { ...base, steps, schedule: () => 0.3, evaluation: { batches: heldOut, every: 5, patience: 3 } },
    )
    expect(done.ended).toBe('patience')
    expect(done.steps).toBeLessThan(steps)
    await using trainer = await createTrainer({ net, sizes: net.sizes, weights: done.weights })
    let loss = 0
    for (let index = 0; index < heldOut.count; index++) {
      heldOut.fill(trainer.slots[0], index)
      loss += await trainer.evaluate(0)
    }
    expect(loss).toBe(done.heldOut)
  })

  test('never holds an evaluation that is not finite for the best', async () => {
    let evaluations = 0
    const fill: BatchSource = (batch, index) => {
      heldOut.fill(batch, index)
      if (index === 0 && evaluations++ === 0) batch.x?.fill(Number.NaN)
    }
    const folder = await newFolder()
    const options = { ...base, steps: 30, evaluation: { batches: { fill, count: heldOut.count }, every: 10 } }
    const done = await train({ clock }, { ...options, checkpoints: { folder, every: 10 } })
    expect(done.curve.map(({ step }) => step)).toEqual([20, 30])
    expect(done.heldOut).toBe(Math.min(...done.curve.map(({ heldOut }) => heldOut)))
    expect(await readCheckpoint(folder, net)).toMatchObject({ steps: 30, curve: done.curve })
  })

  test('stops when its time is up', async () => {
    const ticking = stoppedClock()
    const options = { ...base, budgetMs: 500, onProgress: () => void ticking.advance(100) }
    expect(await train({ clock: ticking }, options)).toMatchObject({ ended: 'budget', steps: 6 })
  })

  test('tells the time that is left at the pace so far', async () => {
    const ticking = stoppedClock()
    const left: number[] = []
    const onProgress: TrainOptions['onProgress'] = ({ remainingMs }) => {
      left.push(remainingMs)
      void ticking.advance(100)
    }
    await train({ clock: ticking }, { ...base, steps: 4, onProgress })
    expect(left).toEqual([0, 100, (200 / 3) * 1, 0].map((ms) => expect.closeTo(ms, 6)))
  })

  test('uses no more memory after 2,000 steps than after 500', async () => {
    let [early, late] = [0, 0]
    const onProgress: TrainOptions['onProgress'] = ({ step }) => {
      if (step === 500) early = process.memoryUsage.rss()
      if (step === 2_000) late = process.memoryUsage.rss()
    }
    await train({ clock }, { ...base, steps: 2_000, onProgress })
    expect(late - early).toBeLessThan(Math.max(30e6, 0.05 * early))
  })

  test('names the node if an id lies outside of its table', async () => {
    const words = defineNet({
      name: 'words',
      sizes: { batch: 2 },
      inputs: { id: int32('batch') },
      targets: { y: float32('batch', 1), weight: float32('batch', 1) },
      forward: ({ id }) => ({ y: linear(embedding(id, 'words', { rows: 5, width: 3 }), 'head', { to: 1 }) }),
      loss: ({ y }, targets) => squaredError(y, targets.y, targets.weight),
    })
    const outside: BatchSource = (batch) => batch.id?.fill(5)
    await expect(
      train({ clock }, { net: words, sizes: words.sizes, data: outside, steps: 1, schedule: steady }),
    ).rejects.toThrow(/Cannot train "words": .*Gather.*/)
  })

  test('pulls to the weights of the proximal term', async () => {
    const anchor = initialWeights(net, createRng('anchor'))
    const from = { ...base, steps: 200, weights: anchor }
    const distance = async (pull: number): Promise<number> => {
      const { weights } = await train(
        { clock },
        { ...from, ...(pull > 0 ? { proximal: { weights: anchor, pull } } : {}) },
      )
      return Math.sqrt(weights.reduce((sum, weight, index) => sum + (weight - (anchor[index] ?? 0)) ** 2, 0))
    }
    expect(await distance(1)).toBeLessThan(0.5 * (await distance(0)))
  })

  test('refuses to go on from the checkpoint of another net, and leaves it', async () => {
    const folder = await newFolder()
    const checkpoints = { folder, every: 5 }
    await train({ clock }, { ...base, steps: 5, checkpoints })
    const wide = spiralNet({ drop: 0.1, width: 17 })
    await expect(train({ clock }, { ...base, net: wide, checkpoints })).rejects.toMatchObject({
      code: 'models/architecture',
    })
    expect(await readCheckpoint(folder, net)).toMatchObject({ steps: 5 })
  })

  test('refuses a checkpoint that was cut off', async () => {
    const folder = await newFolder()
    await train({ clock }, { ...base, steps: 5, checkpoints: { folder, every: 5 } })
    const path = join(folder, 'step-000000005', 'optimizer.safetensors')
    await writeFile(path, (await readFile(path)).subarray(0, -8))
    await expect(readCheckpoint(folder, net)).rejects.toMatchObject({ code: 'models/checkpoint' })
  })

  test('says so if a checkpoint cannot be written', async () => {
    const file = join(await newFolder(), 'file')
    await writeFile(file, '')
    await expect(
      train({ clock }, { ...base, checkpoints: { folder: join(file, 'below'), every: 5 } }),
    ).rejects.toMatchObject({
      code: 'models/checkpoint',
    })
  })

  test('goes on after a kill with the bits of a run that never stopped', async () => {
    const folder = await newFolder()
    const child = runSource(fileURLToPath(new URL('../../testing/internal/train-until-killed.ts', import.meta.url)), [
      folder,
    ])
    for await (const line of child.stdout ?? []) if (String(line).includes('25\n')) child.kill('SIGKILL')
    const found = await readCheckpoint(folder, net)
    expect(found?.steps).toBeGreaterThanOrEqual(20)
    expect(found?.steps).toBeLessThan(300)
    const resumed = await train({ clock }, { ...killable, checkpoints: { folder, every: 100 } })
    expect(resumed).toEqual(await train({ clock }, killable))
  })

  test('rejects at once if the signal was aborted', async () => {
    const signal = AbortSignal.abort(new Error('no'))
    await expect(train({ clock }, { ...base, signal })).rejects.toThrow('no')
  })
})

describe('createTrainer()', () => {
  test('rejects what is asked after its end', async () => {
    const trainer = await createTrainer({ net, sizes: net.sizes, weights: initialWeights(net, createRng(1)) })
    const asked = expect(trainer.weights()).rejects.toMatchObject({ code: 'models/training' })
    await trainer.close()
    await trainer.close()
    await asked
    await expect(trainer.weights()).rejects.toThrow('Cannot train "spirals": its trainer is closed')
  })

  test('refuses weights of another length', async () => {
    await expect(createTrainer({ net, sizes: net.sizes, weights: new Float32Array(16) })).rejects.toThrow(
      'Cannot train "spirals" from 16 weights',
    )
  })
})
