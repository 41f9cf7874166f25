import { createRng } from '@salp/core'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import type { Forecaster, ForecastQuestion, Substrate, SubstrateEvents } from './contract.js'
import { createSubstrate } from './substrate.js'

function substrateWith(forecaster: Forecaster | undefined): Substrate {
  const deps = {
    clock: stoppedClock(1_000),
    rng: createRng('forecaster'),
    events: recordingPublisher<SubstrateEvents>(),
  }
  return createSubstrate({ ...deps, forecaster })
}

const ok = { outcome: 'ok', latencyMs: 10 } as const
const failed = { outcome: 'error', errorKind: 'failed', latencyMs: 10 } as const

describe('a forecaster', () => {
  test('is asked in place of the substrate, and told what the substrate knew and expected', () => {
    const asked: ForecastQuestion[] = []
    const forecaster: Forecaster = {
      forecast(question) {
        asked.push(question)
        return question.tool === 'good' ? 0.99 : 0.01
      },
      learn: () => undefined,
    }
    const own = substrateWith(undefined)
    const substrate = substrateWith(forecaster)
    for (const each of [own, substrate]) each.observe({ callId: 'a', tool: 'good', situation: 'code', ...ok })
    expect(substrate.forecast('good', { situation: 'code' })).toBe(0.99)
    expect(asked.at(-1)).toMatchObject({ tool: 'good', situation: 'code', answered: 1, failed: 0 })
    expect(asked.at(-1)?.works).toBe(own.forecast('good', { situation: 'code' }))
    expect(substrate.rank([{ tool: 'bad' }, { tool: 'good' }]).map(({ tool }) => tool)).toEqual(['good', 'bad'])
    expect(substrate.rank([{ tool: 'good' }, { tool: 'bad' }]).map(({ tool }) => tool)).toEqual(['good', 'bad'])
  })

  test('learns from each correct call what was known before it, and nothing from others', () => {
    const learnt: [counts: number[], answered: boolean][] = []
    const substrate = substrateWith({
      forecast: ({ works }) => works,
      learn: ({ answered, failed }, was) => void learnt.push([[answered, failed], was]),
    })
    substrate.observe({ callId: 'a', tool: 't', ...ok })
    substrate.observe({ callId: 'b', tool: 't', ...failed })
    substrate.observe({ callId: 'c', tool: 't', outcome: 'invalid', latencyMs: 1 })
    substrate.observe({ callId: 'd', tool: 't', outcome: 'cancelled', latencyMs: 1 })
    substrate.observe({ callId: 'e', tool: 't', ...ok })
    expect(learnt.map(([, was]) => was)).toEqual([true, false, true])
    expect(learnt.map(([counts]) => counts.map(Math.round))).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ])
  })

  test('that says what the substrate says changes nothing', () => {
    const own = substrateWith(undefined)
    const same = substrateWith({ forecast: ({ works }) => works, learn: () => undefined })
    for (const [index, outcome] of [ok, failed, ok, ok, failed].entries()) {
      for (const each of [own, same]) each.observe({ callId: `${index}`, tool: 't', situation: 'code', ...outcome })
    }
    expect(same.snapshot()).toEqual(own.snapshot())
  })
})
