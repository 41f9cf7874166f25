import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { miniature, miniatureBatch, miniaturePlain } from '../testing/internal/miniature.js'
import { openGraph } from '../testing/internal/run-graph.js'
import { initialWeights } from './initial.js'
import { openKernel } from './kernel/kernel.js'
import { parameterViews } from './net.js'
import { adamScalars, gradientGraph, loopGraph, lossGraph, stepGraph, trainNames } from './train-graphs.js'

type Feeds = Record<string, ArrayLike<number>>

const { layout, sizes } = miniature
const steps = 20
const clip = 0.5
const batches = Array.from({ length: steps }, (_, step) => miniatureBatch(`step ${step}`))
const scalars = Array.from({ length: steps }, (_, step) => [...adamScalars(step + 1, { rate: 0.003, decay: 0.1 })])
const start = initialWeights(miniature, createRng('train'))

/** Weights at the start, and moments of zero, by name. */
function startFeeds(): Feeds {
  const feeds: Feeds = {}
  for (const [name, values] of parameterViews(layout, start)) {
    feeds[name] = values
    feeds[trainNames.first(name)] = feeds[trainNames.second(name)] = new Float32Array(values.length)
  }
  return feeds
}

/** The tensors of a step that go into the next. */
function carried(result: Readonly<Record<string, number[]>>): Feeds {
  const pairs = Object.entries(result).filter(([name]) => name.endsWith('#next'))
  return Object.fromEntries(pairs.map(([name, values]) => [name.replace(/#next$/, ''), values]))
}

async function trainBySteps(): Promise<{ weights: Feeds; losses: number[]; norms: number[] }> {
  const run = await openGraph(stepGraph(miniature, sizes, { clip }))
  let weights = startFeeds()
  const [losses, norms]: [number[], number[]] = [[], []]
  for (const [step, batch] of batches.entries()) {
    const result = await run({ ...weights, ...batch, [trainNames.scalars]: scalars[step] ?? [] })
    losses.push(...(result[trainNames.loss] ?? []))
    norms.push(...(result[trainNames.norm] ?? []))
    weights = carried(result)
  }
  return { weights, losses, norms }
}

async function trainByLoop(): Promise<{ weights: Feeds; losses: number[]; norms: number[] }> {
  const run = await openGraph(loopGraph(miniature, sizes, steps, { clip }))
  const stacked = Object.fromEntries(
    Object.keys(batches[0] ?? {}).map((name) => [name, batches.flatMap((batch) => batch[name] ?? [])]),
  )
  const result = await run({ ...startFeeds(), ...stacked, [trainNames.scalars]: scalars.flat() })
  return { weights: carried(result), losses: result[trainNames.loss] ?? [], norms: result[trainNames.norm] ?? [] }
}

async function trainByKernel(): Promise<{ weights: Feeds; losses: number[] }> {
  const memory = new WebAssembly.Memory({ initial: 2 })
  const kernel = openKernel(memory)
  const place = (index: number): number => index * layout.length * 4
  const [p, g, m, v] = [0, 1, 2, 3].map((index) => new Float32Array(memory.buffer, place(index), layout.length))
  if (p === undefined || g === undefined || m === undefined || v === undefined) throw new RangeError('no room')
  p.set(start)
  const run = await openGraph(gradientGraph(miniature, sizes))
  const losses: number[] = []
  for (const [step, batch] of batches.entries()) {
    const result = await run({ ...Object.fromEntries(parameterViews(layout, p)), ...batch })
    losses.push(...(result[trainNames.loss] ?? []))
    for (const [name, view] of parameterViews(layout, g)) view.set(result[trainNames.gradient(name)] ?? [])
    const factor = Math.min(1, clip / Math.sqrt(kernel.squaredNorm(place(1), layout.length)))
    const [scale = 0, floor = 0, fade = 0] = scalars[step] ?? []
    const { decayed, length } = layout
    kernel.adam(place(0), place(1), place(2), place(3), decayed, factor, 0.9, 0.999, scale, floor, fade)
    const rest = decayed * 4
    kernel.adam(
      place(0) + rest,
      place(1) + rest,
      place(2) + rest,
      place(3) + rest,
      length - decayed,
      factor,
      0.9,
      0.999,
      scale,
      floor,
      1,
    )
  }
  return { weights: Object.fromEntries(parameterViews(layout, p)), losses }
}

/** The same in plain loops over float64. */
function trainPlainly(): Map<string, Float64Array> {
  const [p, m, v] = [0, 1, 2].map(
    () => new Map(layout.parameters.map(({ name, length }) => [name, new Float64Array(length)])),
  )
  for (const [name, values] of parameterViews(layout, start)) p?.get(name)?.set(values)
  for (let step = 1; step <= steps; step++) {
    const { gradients } = miniaturePlain(p ?? new Map(), batches[step - 1] ?? {})
    const norm = Math.sqrt(
      [...gradients.values()].reduce((sum, g) => sum + g.reduce((inner, x) => inner + x * x, 0), 0),
    )
    for (const { name, decay } of layout.parameters) {
      const [weights, first, second] = [p?.get(name), m?.get(name), v?.get(name)]
      for (const [index, raw] of (gradients.get(name) ?? []).entries()) {
        if (weights === undefined || first === undefined || second === undefined) continue
        const g = raw * Math.min(1, clip / norm)
        // The usual form, with scaled moments.
        first[index] = 0.9 * (first[index] ?? 0) + 0.1 * g
        second[index] = 0.999 * (second[index] ?? 0) + 0.001 * g * g
        const [hatFirst, hatSecond] = [
          (first[index] ?? 0) / (1 - 0.9 ** step),
          (second[index] ?? 0) / (1 - 0.999 ** step),
        ]
        weights[index] =
          (weights[index] ?? 0) * (1 - 0.003 * (decay ? 0.1 : 0)) - (0.003 * hatFirst) / (Math.sqrt(hatSecond) + 1e-8)
      }
    }
  }
  return p ?? new Map()
}

function worst(a: Feeds, b: ReadonlyMap<string, ArrayLike<number>>): number {
  return Math.max(
    ...[...b].map(([name, values]) => {
      const rms = Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0) / values.length)
      return Math.max(...Array.from(values, (x, index) => Math.abs(x - (a[name]?.[index] ?? Number.NaN)))) / (rms || 1)
    }),
  )
}

describe('stepGraph(), loopGraph(), gradientGraph()', () => {
  test('train alike: a loop has the bits of single steps, and the kernel and plain float64 come out close', async () => {
    const [steps, loop, kernel] = [await trainBySteps(), await trainByLoop(), await trainByKernel()]
    expect(loop).toEqual(steps)
    const byName = (weights: Feeds): Map<string, ArrayLike<number>> =>
      new Map(layout.parameters.map(({ name }) => [name, weights[name] ?? []]))
    expect(worst(kernel.weights, byName(steps.weights))).toBeLessThan(1e-4)
    expect(worst(kernel.weights, trainPlainly())).toBeLessThan(1e-4)
    expect(steps.norms.filter((norm) => norm > clip).length, 'steps that were clipped').toBeGreaterThan(5)
    expect(steps.losses.at(-1)).toBeCloseTo(kernel.losses.at(-1) ?? 0, 4)
  })

  test('give the loss of the evaluation graph', async () => {
    const feeds = { ...Object.fromEntries(parameterViews(layout, start)), ...batches[0] }
    const [alone, trained] = [
      await (await openGraph(lossGraph(miniature, sizes)))(feeds),
      await (await openGraph(gradientGraph(miniature, sizes)))(feeds),
    ]
    expect(alone.loss).toEqual(trained.loss)
  })
})

describe('adamScalars()', () => {
  test('brings the first step to the rate, whatever the gradient', () => {
    const [step, floor] = adamScalars(1, { rate: 0.01, decay: 0 })
    for (const g of [1e-3, 1, 50]) expect((step * g) / (Math.sqrt(g * g) + floor)).toBeCloseTo(0.01, 6)
  })
})
