/** What does steering cost for each call of a tool, and reading a request? */

import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { perceive } from './perception.js'
import { createSubstrate } from './substrate.js'

const outcomes = ['ok', 'ok', 'ok', 'ok', 'error', 'ok', 'ok', 'timeout', 'ok', 'invalid'] as const
const text =
  'Please refactor `createSubstrate` in src/substrate.ts so that it takes at most 3 parameters, without touching the tests.'
const clock = { now: () => 1_000, monotonic: () => 1_000 }

interface Call {
  readonly tool: string
  readonly outcome: (typeof outcomes)[number]
  readonly latencyMs: number
}

const callAt = (index: number, tools: number): Call => ({
  tool: `tool-${index % tools}`,
  outcome: outcomes[index % outcomes.length] ?? 'ok',
  latencyMs: 50 + (index % 97),
})

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
    const substrate = createSubstrate({ clock, rng: createRng('bench'), events: { publish: () => undefined } })
    substrate.beginTurn({ turnId: 't', sessionId: 's', perception: perceive(text), toolBudget: 1e9 })
    const naive = createNaive()
    for (let index = 0; index < 1_000; index++) naive(callAt(index, tools))
    let index = 0
    const result = await bench.compare(
      bench('substrate', () => {
        const call = callAt(++index, tools)
        substrate.observe({ callId: `c${index}`, ...call })
        substrate.controls()
      }),
      bench('naive', () => void naive(callAt(++index, tools))),
    )
    expect(result.get('substrate').latency.p50).toBeLessThan(0.02)
  })
})

describe('perceive()', () => {
  test.for([1, 10, 100])('how long for a request of %d sentences?', async (sentences, { bench }) => {
    const request = Array.from({ length: sentences }, () => text).join(' ')
    await bench('perceive', () => void perceive(request)).run()
  })
})
