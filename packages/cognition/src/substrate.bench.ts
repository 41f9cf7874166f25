/** What does steering cost for each call of a tool, and reading a request? */

import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { defaultModules, type Substrate } from './contract.js'
import { perceive } from './perception.js'
import { restorable, speculate } from './speculate.js'
import { createSubstrate } from './substrate.js'

const outcomes = ['ok', 'ok', 'ok', 'ok', 'error', 'ok', 'ok', 'timeout', 'ok', 'invalid'] as const
const text =
  'Please refactor `createSubstrate` in src/substrate.ts so that it takes at most 3 parameters, without touching the tests.'
const clock = { now: () => 1_000, monotonic: () => 1_000 }
const everything = Object.fromEntries(Object.keys(defaultModules).map((name) => [name, true]))

interface Call {
  readonly tool: string
  readonly situation: string
  readonly outcome: (typeof outcomes)[number]
  readonly latencyMs: number
}

const callAt = (index: number, tools: number): Call => ({
  tool: `tool-${index % tools}`,
  situation: `kind-${index % 7}`,
  outcome: outcomes[index % outcomes.length] ?? 'ok',
  latencyMs: 50 + (index % 97),
})

function create(modules: Readonly<Record<string, boolean>>): Substrate {
  const substrate = createSubstrate(
    { clock, rng: createRng('bench'), events: { publish: () => undefined } },
    { modules },
  )
  substrate.beginTurn({ turnId: 't', sessionId: 's', perception: perceive(text), toolBudget: 1e9 })
  return substrate
}

/** The plain way: keep the last 1 000 calls and compute rate and percentile anew. */
function createNaive(): (call: Call) => { rate: number; slowMs: number | undefined } {
  const history: Call[] = []
  return (call) => {
    history.push(call)
    if (history.length > 1_000) history.shift()
    const own = history.filter(({ tool }) => tool === call.tool)
    const latencies = own.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
    return {
      rate: own.filter(({ outcome }) => outcome === 'ok').length / own.length,
      slowMs: latencies[Math.floor(latencies.length * 0.99)],
    }
  }
}

describe('observe() and controls()', () => {
  test.for([1, 20, 500])('how long for one call among %d tools?', async (tools, { bench }) => {
    const [shipped, whole] = [create({}), create(everything)]
    const naive = createNaive()
    for (let index = 0; index < 1_000; index++) naive(callAt(index, tools))
    let index = 0
    const step = (substrate: Substrate): void => {
      const call = callAt(++index, tools)
      substrate.observe({ callId: `c${index}`, ...call })
      substrate.controls()
    }
    const result = await bench.compare(
      bench('as shipped', () => step(shipped)),
      bench('every module', () => step(whole)),
      bench('naive', () => void naive(callAt(++index, tools))),
    )
    expect(result.get('as shipped').latency.p50).toBeLessThan(0.02)
    expect(result.get('as shipped').latency.p99).toBeLessThan(0.1)
  })
})

describe('rank()', () => {
  test.for([3, 10, 50])('how long for %d tools?', async (count, { bench }) => {
    const substrate = create({})
    for (let index = 0; index < 2_000; index++)
      substrate.observe({ callId: `w${index}`, ...callAt(index, count), alternatives: [] })
    const options = Array.from({ length: count }, (_, index) => ({ tool: `tool-${index}` }))
    await bench('rank', () => void substrate.rank(options, { situation: 'kind-3' })).run()
  })
})

describe('speculate()', () => {
  test.for([1, 20, 500])('how long to note and set back a substrate that knows %d tools?', async (tools, { bench }) => {
    const substrate = create({})
    for (let index = 0; index < 2_000; index++) substrate.observe({ callId: `s${index}`, ...callAt(index, tools) })
    const over = [restorable('substrate', substrate)]
    await bench.compare(
      bench('speculate', async () => {
        await speculate({ over, run: async () => undefined, accept: () => false })
      }),
      bench('by JSON', () => {
        substrate.restore(JSON.parse(JSON.stringify(substrate.snapshot())))
      }),
    )
  })
})

describe('memory', () => {
  test('does a million calls grow the heap?', { timeout: 120_000 }, () => {
    const substrate = create(everything)
    const collect = globalThis.gc
    const megabytes = (): number => {
      collect?.()
      return process.memoryUsage().heapUsed / 2 ** 20
    }
    const run = (from: number, to: number): void => {
      for (let index = from; index < to; index++) substrate.observe({ callId: `m${index}`, ...callAt(index, 300) })
    }
    run(0, 200_000)
    const before = megabytes()
    run(200_000, 1_200_000)
    const grown = megabytes() - before
    console.log(`heap after a million calls: ${grown.toFixed(1)} MiB more (${collect ? 'collected' : 'not collected'})`)
    expect(grown).toBeLessThan(collect ? 2 : 64)
  })
})

describe('perceive()', () => {
  test.for([1, 10, 100])('how long for a request of %d sentences?', async (sentences, { bench }) => {
    const request = Array.from({ length: sentences }, () => text).join(' ')
    await bench('perceive', () => void perceive(request)).run()
  })
})
