import { createRng } from '@salp/core'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallOutcome } from './belief.js'
import type { CallReport, SubstrateEvents, SubstrateOptions } from './contract.js'
import { inversePropensity } from './learning/off-policy.js'
import { perceive } from './perception.js'
import { createSubstrate } from './substrate.js'
import type { TurnStart } from './turn.js'

/** Every module on, those off by default too. */
const everything = { surprise: true, neuromodulation: true, integration: true, holographic: true }

function setUp({ modules, ...options }: SubstrateOptions = {}) {
  const clock = stoppedClock(1_000)
  const events = recordingPublisher<SubstrateEvents>()
  const substrate = createSubstrate(
    { clock, rng: createRng('test'), events },
    { ...options, modules: { ...everything, ...modules } },
  )
  let calls = 0
  return {
    clock,
    events,
    substrate,
    begin: (text: string, turn: Partial<TurnStart> = {}) =>
      substrate.beginTurn({ turnId: 't', sessionId: 's', perception: perceive(text), toolBudget: 20, ...turn }),
    /** Observes calls of `tool` that end so, in order. */
    see: (tool: string, outcomes: readonly CallOutcome[], call: Partial<CallReport> = {}) =>
      outcomes.map((outcome) =>
        substrate.observe({ callId: `call-${++calls}`, tool, outcome, latencyMs: 100, ...call }),
      ),
    named: <Name extends keyof SubstrateEvents>(name: Name) =>
      events.published.filter(([published]) => published === name),
  }
}

const times = (count: number, outcome: CallOutcome): CallOutcome[] => Array.from({ length: count }, () => outcome)

describe('observe()', () => {
  test('counts a call once however often it is told of', () => {
    const { substrate, begin } = setUp()
    begin('list the files')
    const call: CallReport = { callId: 'c', tool: 'read_file', outcome: 'error', latencyMs: 10 }
    const first = substrate.observe(call)
    const { at: _, ...state } = substrate.state()
    expect(substrate.observe({ ...call, outcome: 'ok' })).toEqual({ ...first, repeated: true })
    const { at: __, ...after } = substrate.state()
    expect(after).toEqual(state)
  })

  test('takes latencies that are no times for unknown ones', () => {
    const { substrate, see } = setUp()
    for (const latencyMs of [Number.NaN, Infinity, -5]) see('read_file', ['ok'], { latencyMs })
    expect(substrate.state().beliefs[0]).toMatchObject({ calls: 3, latencyMs: undefined })
  })

  test('remembers no tool that the model made up', () => {
    const { substrate, see } = setUp()
    see('imagined', ['error'], { errorKind: 'unknown-tool' })
    expect(substrate.state().beliefs).toEqual([])
  })

  test('tells of a spike when a trusted tool fails', () => {
    const { events, see, named } = setUp()
    see('read_file', times(60, 'ok'))
    events.published.length = 0
    see('read_file', ['error'])
    expect(named('surprise:spiked')).toEqual([
      [
        'surprise:spiked',
        { at: 1_000, callId: 'call-61', tool: 'read_file', bits: expect.any(Number), level: expect.any(Number) },
      ],
    ])
  })

  test('keeps at most 512 tools, 512 call ids and 64 turns, dropping the oldest', () => {
    const { substrate, begin, see } = setUp()
    for (let index = 0; index < 2_000; index++) {
      begin('list the files', { turnId: `t${index}` })
      see(`tool-${index}`, [index % 3 === 0 ? 'error' : 'ok'])
    }
    const { beliefs, turns } = substrate.state()
    expect([beliefs.length, beliefs[0]?.tool, turns.length, substrate.snapshot().callIds.length]).toEqual([
      512,
      'tool-1999',
      64,
      512,
    ])
  })

  test('stays within its ranges whatever comes, in whatever order', () => {
    const outcomes: CallOutcome[] = ['ok', 'error', 'timeout', 'invalid', 'denied', 'cancelled']
    const step = fc.oneof(
      fc.record({
        do: fc.constant('observe' as const),
        callId: fc.string({ maxLength: 2 }),
        tool: fc.constantFrom('a', 'b', '__proto__'),
        outcome: fc.constantFrom(...outcomes),
        latencyMs: fc.oneof(fc.double(), fc.constant(50)),
        turnId: fc.constantFrom('x', 'y', undefined),
      }),
      fc.record({ do: fc.constant('begin' as const), turnId: fc.constantFrom('x', 'y'), text: fc.string() }),
      fc.record({ do: fc.constant('end' as const), turnId: fc.constantFrom('x', 'y', undefined) }),
      fc.record({ do: fc.constant('spend' as const), tokens: fc.double(), waitedMs: fc.double() }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 1e12 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { substrate, begin, clock } = setUp()
        for (const now of steps) {
          if (now.do === 'observe') substrate.observe(now)
          else if (now.do === 'begin') begin(now.text, { turnId: now.turnId, tokenBudget: 100, wallClockMs: 1e6 })
          else if (now.do === 'end') substrate.endTurn({ turnId: now.turnId, status: 'failed' })
          else if (now.do === 'spend') substrate.spend(now)
          else void clock.advance(now.ms)
          const { toolBudget, stop } = substrate.controls()
          expect(Number.isInteger(toolBudget) && toolBudget >= 0 && toolBudget <= 20).toBe(true)
          if (stop !== undefined) expect(toolBudget).toBe(0)
        }
        const state = substrate.state()
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
        for (const gain of Object.values(state.modulators)) expect(gain >= 0.1 && gain <= 1.9).toBe(true)
        const fresh = setUp({ from: JSON.parse(JSON.stringify(substrate.snapshot())) })
        expect(fresh.substrate.snapshot()).toEqual({ ...substrate.snapshot(), at: expect.any(Number) })
      }),
    )
  })
})

describe('bad input', () => {
  test('outcomes out of order, of unknown turns and after the end count once, for the tool', () => {
    const { substrate, begin, see } = setUp()
    see('early', ['ok'], { turnId: 'not begun' })
    begin('list the files')
    substrate.endTurn({ status: 'completed' })
    see('late', ['error'], { turnId: 't' })
    substrate.endTurn({ turnId: 't', status: 'completed', right: true })
    substrate.spend({ turnId: 'nobody', tokens: 5 })
    expect(substrate.state().beliefs.map(({ tool, calls }) => [tool, calls])).toEqual([
      ['late', 1],
      ['early', 1],
    ])
  })

  test('a clock that jumps back and far ahead leaves every figure finite and in range', () => {
    let now = 1e12
    const clock = { now: () => now, monotonic: () => now }
    const substrate = createSubstrate(
      { clock, rng: createRng(1), events: { publish: () => undefined } },
      { modules: everything },
    )
    const jumps = [1e12, 0, -1e15, 8.64e15, 5, 1e12]
    for (const [index, at] of jumps.entries()) {
      now = at
      substrate.beginTurn({
        turnId: `${index}`,
        sessionId: 's',
        perception: perceive('fix it'),
        toolBudget: 9,
        wallClockMs: 1e4,
      })
      for (const outcome of ['ok', 'error', 'timeout'] as const)
        substrate.observe({ callId: `${index} ${outcome}`, tool: 'a', outcome, latencyMs: 50, situation: 'x' })
      const [best] = substrate.rank([{ tool: 'a' }, { tool: 'b' }], { situation: 'x' })
      expect(Number.isFinite(best?.freeEnergy)).toBe(true)
      expect(JSON.stringify(substrate.state())).not.toContain('null')
    }
    expect(substrate.timeoutMs('a', 1_000)).toBeGreaterThanOrEqual(500)
  })

  test('100 000 posts of a turn leave the board bounded and the turn steerable', () => {
    const { substrate, begin, see } = setUp()
    begin('delete the production database', { toolBudget: 1e6 })
    for (let index = 0; index < 10_000; index++) see(`tool ${index % 700}`, times(10, index % 2 === 0 ? 'error' : 'ok'))
    expect(substrate.state().blackboard.length).toBeLessThanOrEqual(128)
    expect(substrate.controls()).toMatchObject({ verification: 'strict' })
  })

  test('a price of nothing, or names that are no names, rank without harm', () => {
    const { substrate, begin } = setUp()
    begin('list the files')
    const ranked = substrate.rank(
      [
        { tool: '__proto__', price: 0 },
        { tool: '', price: 5 },
      ],
      { situation: 'constructor' },
    )
    expect(ranked.map(({ tool }) => tool)).toEqual(['__proto__', ''])
    expect(substrate.rank([])).toEqual([])
  })
})

describe('isWorthChecking()', () => {
  const trust = (see: ReturnType<typeof setUp>['see'], count: number) =>
    see('search', times(count, 'ok'), { checked: true })

  test('checks a tool that was caught lying, and one that proved honest no more', () => {
    const { substrate, begin, see } = setUp()
    begin('look it up')
    trust(see, 40)
    expect(substrate.isWorthChecking({ tool: 'search' })).toBe(false)
    see('search', times(6, 'error'), { errorKind: 'unverified' })
    expect(substrate.isWorthChecking({ tool: 'search' })).toBe(true)
  })

  test('learns from results that proved wrong, whoever lied', () => {
    const { substrate, begin, see } = setUp()
    trust(see, 20)
    expect(substrate.isWorthChecking({ tool: 'search' })).toBe(false)
    for (let turn = 0; turn < 12; turn++) {
      begin('list the files in docs/guide', { turnId: `${turn}` })
      see('search', ['ok'], { turnId: `${turn}` })
      substrate.endTurn({ turnId: `${turn}`, status: 'completed', right: false })
    }
    expect(substrate.isWorthChecking({ tool: 'search' })).toBe(true)
  })
})

describe('forecast()', () => {
  test('falls with an outage and with failures in a row, and tells situations apart', () => {
    const { substrate, begin, see } = setUp()
    begin('read them', { toolBudget: 90 })
    see('a', times(30, 'ok'), { situation: 'csv' })
    const before = substrate.forecast('a', { situation: 'csv' })
    see('a', times(3, 'error'), { situation: 'pdf' })
    expect(substrate.forecast('a', { situation: 'pdf' })).toBeLessThan(substrate.forecast('a', { situation: 'csv' }))
    expect(substrate.forecast('a', { situation: 'csv' })).toBeLessThan(before)
    const alone = substrate.forecast('b')
    substrate.endTurn({ status: 'stopped' })
    expect(substrate.forecast('b')).toBeGreaterThan(alone)
  })
})

describe('controls()', () => {
  test('leaves nothing to call without a turn', () => {
    expect(setUp().substrate.controls()).toMatchObject({ toolBudget: 0, askHuman: false })
  })

  test('begins balanced', () => {
    const { substrate, begin } = setUp()
    begin('list the files in docs')
    expect(substrate.controls()).toMatchInlineSnapshot(`
      {
        "approvalShift": 0,
        "askHuman": false,
        "contextFraction": 0.35,
        "exploration": 0.05,
        "regime": "balanced",
        "retrievalLimit": 5,
        "stop": undefined,
        "temperature": undefined,
        "tier": "standard",
        "timeoutFactor": 1,
        "toolBudget": 20,
        "verification": "normal",
        "vigilance": 1,
      }
    `)
  })

  test('counts calls down and stops at none, telling once', () => {
    const { substrate, begin, see, named } = setUp()
    begin('list the files in docs', { toolBudget: 3 })
    see('read_file', times(2, 'ok'))
    expect(substrate.controls()).toMatchObject({ toolBudget: 1, stop: undefined })
    see('read_file', ['ok'])
    const stop = { cause: 'calls', reason: 'The turn used its 3 tool calls' }
    expect([substrate.controls(), substrate.controls()]).toMatchObject([{ toolBudget: 0, stop }, { stop }])
    expect(named('budget:exhausted')).toEqual([
      ['budget:exhausted', { at: 1_000, turnId: 't', budget: 'calls', limit: 3, used: 3 }],
    ])
  })

  test('stops for tokens, cost and time, but not for time spent waiting', async () => {
    const { substrate, clock, begin } = setUp()
    begin('list the files', { tokenBudget: 1_000, costBudgetUsd: 0.1, wallClockMs: 60_000 })
    await clock.advance(90_000)
    expect(substrate.controls().stop?.cause).toBe('time')
    substrate.spend({ waitedMs: 80_000, tokens: Number.NaN, costUsd: -1 })
    expect(substrate.controls().stop).toBeUndefined()
    substrate.spend({ tokens: 1_000 })
    expect(substrate.controls().stop?.cause).toBe('tokens')
  })

  test('turns wary as calls fail, and stops', () => {
    const { substrate, begin, see, named } = setUp()
    begin('list the files in docs')
    see('read_file', times(4, 'error'))
    expect(substrate.controls()).toMatchObject({ regime: 'explore', tier: 'capable', askHuman: true, stop: undefined })
    see('read_file', times(4, 'error'))
    expect(substrate.controls()).toMatchObject({
      regime: 'conservative',
      approvalShift: 1,
      verification: 'strict',
      toolBudget: 0,
      stop: { cause: 'hopeless' },
    })
    expect(named('regime:changed')).toHaveLength(2)
  })

  test('turns to a fast model as calls go well, but not for a plan', () => {
    const { substrate, begin, see } = setUp()
    begin('list the files in docs')
    see('read_file', times(12, 'ok'))
    expect(substrate.controls()).toMatchObject({ regime: 'exploit', tier: 'fast' })
    begin('make a plan for the release', { turnId: 'u' })
    expect(substrate.controls()).toMatchObject({ regime: 'exploit', tier: 'standard' })
  })

  test('asks the human about an open request until a call was made', () => {
    const { substrate, begin, see } = setUp()
    begin('fix it')
    expect(substrate.controls().askHuman).toBe(true)
    see('read_file', ['ok'])
    expect(substrate.controls().askHuman).toBe(false)
  })

  test('asks the human who denied twice, and stops after a third time', () => {
    const { substrate, begin, see } = setUp()
    begin('list the files in docs')
    see('run_command', times(2, 'denied'))
    expect(substrate.controls()).toMatchObject({ askHuman: true, regime: 'balanced' })
    see('run_command', ['denied'])
    expect(substrate.controls().stop?.cause).toBe('denials')
  })

  test('is strict in a turn that speaks of harm, and in no other', () => {
    const { substrate, begin } = setUp()
    begin('delete the database on production')
    begin('list the files', { turnId: 'u' })
    expect(substrate.controls({ turnId: 't' })).toMatchObject({ verification: 'strict', approvalShift: 1 })
    expect(substrate.controls()).toMatchObject({ verification: 'normal', approvalShift: 0 })
  })

  test('scales a temperature it was given', () => {
    const { substrate, begin } = setUp({ temperature: 0.4 })
    begin('list the files')
    expect(substrate.controls().temperature).toBe(0.4)
  })
})

describe('beginTurn()', () => {
  test('goes on with a turn that runs, its use kept', () => {
    const { substrate, begin, see } = setUp()
    begin('list the files')
    see('read_file', times(5, 'ok'))
    begin('list the files', { toolBudget: 30 })
    expect(substrate.controls().toolBudget).toBe(25)
  })
})

describe('endTurn()', () => {
  test('clears what concerned the turn alone', () => {
    const { substrate, begin } = setUp()
    begin('delete the database on production')
    expect(substrate.state().blackboard).toHaveLength(1)
    substrate.endTurn({ status: 'completed' })
    expect(substrate.state()).toMatchObject({ blackboard: [], turns: [] })
  })

  test('leaves the turn that began before as the present one', () => {
    const { substrate, begin } = setUp()
    begin('list the files', { turnId: 'first', toolBudget: 7 })
    begin('list the files', { turnId: 'second' })
    substrate.endTurn({ status: 'cancelled' })
    expect(substrate.controls().toolBudget).toBe(7)
  })
})

describe('order()', () => {
  const read = (id: string, tool: string) => ({ id, tool, effect: 'read' as const })

  test('puts a reliable tool before a broken one', () => {
    const { substrate, begin, see } = setUp()
    begin('list the files')
    see('good', times(20, 'ok'))
    see('bad', times(3, 'error'))
    see('good', times(20, 'ok'))
    expect(substrate.order([read('1', 'bad'), read('2', 'good')])).toEqual(['2', '1'])
  })
})

describe('modules', () => {
  const story = (options: SubstrateOptions) => {
    const { substrate, begin, see } = setUp(options)
    begin('delete everything on production, fix it')
    see('read_file', times(30, 'ok'))
    see('run_command', times(4, 'error'))
    const batch = ['run_command', 'read_file'].map((tool, id) => ({ id: `${id}`, tool, effect: 'read' as const }))
    return {
      ...substrate.controls(),
      modulators: substrate.state().modulators,
      order: substrate.order(batch),
      mean: substrate.state().surprise.mean,
    }
  }

  test('all matter: the story differs without any one of them', () => {
    const whole = JSON.stringify(story({}))
    for (const name of ['perception', 'surprise', 'belief', 'precision', 'neuromodulation', 'blackboard']) {
      expect(JSON.stringify(story({ modules: { [name]: false } })), name).not.toBe(whole)
    }
  })

  test('give the same story for the same seed', () => {
    expect(story({})).toEqual(story({}))
  })
})

describe('restore()', () => {
  test('brings back what was learnt, and call ids that still count once', () => {
    const { substrate, see } = setUp()
    see('read_file', [...times(40, 'ok'), 'error'])
    const later = setUp({ from: JSON.parse(JSON.stringify(substrate.snapshot())) })
    expect(later.substrate.state().beliefs).toEqual(substrate.state().beliefs)
    expect(later.see('read_file', ['ok'])[0]?.repeated).toBe(true)
  })

  test('changes nothing if the snapshot cannot be read', () => {
    const { substrate, see } = setUp()
    see('read_file', ['ok'])
    const before = substrate.snapshot()
    expect(() => substrate.restore({ version: 0 })).toThrow('it has version 0')
    expect(substrate.snapshot()).toEqual(before)
  })
})

describe('createSubstrate()', () => {
  test('brings a snapshot of version 1 up to date, and says so', () => {
    const { substrate, see } = setUp()
    see('read_file', [...times(9, 'ok'), 'error'])
    const { version: _, entries: __, counterfactual: ___, workspace: ____, ...kept } = substrate.snapshot()
    const { validities: _1, honesty: _2, ranks: _3, integration: _4, ...mind } = kept.mind
    const tools = kept.tools.map(({ tool, belief: { held: _5, down: _6, counts, ...belief } }) => {
      const { refuted: _7, ...old } = counts
      return { tool, belief: { ...belief, counts: old } }
    })
    const completion = { ...tools[0]?.belief }
    const later = setUp({ from: { ...kept, version: 1, tools, mind: { ...mind, completion } } })
    expect(later.events.published).toEqual([['snapshot:migrated', { at: 1_000, from: 1 }]])
    expect(later.substrate.state().beliefs[0]).toMatchObject({ tool: 'read_file', calls: 10 })
    expect(later.substrate.snapshot().version).toBe(2)
  })

  test('logs what controllers did, so that another policy can be judged by it', () => {
    const { substrate, begin, see, named } = setUp({ modules: { controllers: true } })
    begin('list the files', { toolBudget: 1_000 })
    for (let step = 0; step < 300; step++) {
      const { tier } = substrate.controls()
      see('a', ['ok'], { tier })
    }
    const log = named('dials:rewarded').flatMap(([, event]) => {
      if (!('reward' in event)) return []
      const { features, arms, probabilities, reward } = event
      return [{ features: Float64Array.from(features), arm: arms[0] ?? 0, probability: probabilities[0] ?? 1, reward }]
    })
    expect(log).toHaveLength(300)
    const rng = createRng('judge')
    const [dear, cheap] = [
      [0, 0, 1],
      [1, 0, 0],
    ].map((shares) => inversePropensity(log, () => shares, { rng }).estimate)
    expect(cheap).toBeGreaterThan(dear ?? Number.POSITIVE_INFINITY)
  })

  test('goes on with learned controllers, lessons and bindings from a snapshot', () => {
    const modules = { controllers: true }
    const { substrate, begin, see } = setUp({ modules })
    begin('list the files')
    substrate.controls()
    see('a', times(5, 'error'), { situation: 'pdf', alternatives: ['a', 'b'], tier: 'fast' })
    const later = setUp({ modules, from: JSON.parse(JSON.stringify(substrate.snapshot())) })
    const [before, after] = [substrate.snapshot(), later.substrate.snapshot()]
    expect(after).toEqual({ ...before, workspace: { ...before.workspace, trace: expect.any(Array) } })
    expect(later.substrate.state().lessons).toHaveLength(1)
  })

  test('starts fresh from a snapshot of another version, and says so', () => {
    const { events, substrate } = setUp({ from: { version: 99 } })
    expect(events.published).toEqual([
      ['snapshot:refused', { at: 1_000, reason: expect.stringContaining('it has version 99') }],
    ])
    expect(substrate.state().beliefs).toEqual([])
  })
})
