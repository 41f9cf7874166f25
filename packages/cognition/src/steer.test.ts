import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { steer } from './steer.js'
import { createSubstrate } from './substrate.js'

function setUp() {
  let now = 0
  const clock = { now: () => now, monotonic: () => now }
  const substrate = createSubstrate({ clock, rng: createRng(1), events: { publish: () => undefined } })
  const turn = steer(
    { substrate, clock },
    { turnId: 't', sessionId: 's', request: 'list the files in docs', toolBudget: 10, timeoutMs: 20_000 },
  )
  const pass = (ms: number): void => {
    now += ms
  }
  let calls = 0
  const call = <Result>(tool: string, run: (signal: AbortSignal) => Promise<Result>, more = {}) =>
    turn.call({ callId: `${++calls}`, tool, run, ...more })
  return { substrate, turn, call, pass }
}

describe('steer()', () => {
  test('learns from a call that works, with its latency', async () => {
    const { substrate, call, pass } = setUp()
    const ended = await call('read', async () => {
      pass(400)
      return 'text'
    })
    expect(ended).toEqual({ status: 'ok', result: 'text', checked: false })
    expect(substrate.state().beliefs[0]).toMatchObject({
      tool: 'read',
      calls: 1,
      latencyMs: { median: expect.any(Number) },
    })
  })

  test('learns from a call that throws, by the kind the loop names', async () => {
    const { substrate, call } = setUp()
    const error = new Error('no such file')
    expect(await call('read', () => Promise.reject(error), { errorKind: () => 'invalid' })).toEqual({
      status: 'failed',
      error,
    })
    expect(substrate.state().beliefs[0]?.counts).toMatchObject({ invalid: 1, failed: 0 })
  })

  test('gives up on a call that does not listen when the person stops it, and holds nothing against the tool', async () => {
    const { substrate, call } = setUp()
    const stop = new AbortController()
    const reason = new Error('stopped')
    const pending = call('read', () => new Promise(() => undefined), { signal: stop.signal })
    stop.abort(reason)
    await expect(pending).rejects.toBe(reason)
    expect(substrate.state().beliefs).toEqual([])
  })

  test('gives up on a call whose time is up, and longer calls get longer limits', async () => {
    let now = 0
    const clock = { now: () => now, monotonic: () => now }
    const substrate = createSubstrate({ clock, rng: createRng(1), events: { publish: () => undefined } })
    const limits: number[] = []
    const turn = steer(
      { substrate, clock },
      {
        turnId: 't',
        sessionId: 's',
        request: 'list the files in docs',
        toolBudget: 30,
        timeoutMs: 1_000,
        deadline(ms) {
          limits.push(ms)
          now += ms
          return AbortSignal.abort(new Error('time is up'))
        },
      },
    )
    for (let index = 0; index < 8; index++) {
      const ended = await turn.call({ callId: `${index}`, tool: 'slow', run: () => new Promise(() => undefined) })
      expect(ended).toMatchObject({ status: 'timeout', error: { message: 'time is up' } })
    }
    expect(substrate.state().beliefs[0]?.counts.timeout).toBeGreaterThan(3)
    expect(limits.at(-1)).toBeGreaterThan(limits[0] ?? 0)
  })

  test('checks results of a tool that lied, and no more once it proved honest', async () => {
    const { turn, call } = setUp()
    for (let index = 0; index < 3; index++)
      expect(await call('search', async () => 'made up', { check: () => false })).toMatchObject({ status: 'refuted' })
    let asked = 0
    const check = (): boolean => {
      asked++
      return true
    }
    for (let index = 0; index < 200; index++) await call('read', async () => 'true', { check })
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(200)
    expect(turn.next().go).toBe('stop')
  })

  test('says when to go on, to ask and to stop', async () => {
    const { turn, call } = setUp()
    expect(turn.next().go).toBe('on')
    for (let index = 0; index < 5; index++) await call('read', () => Promise.reject(new Error('down')))
    expect(turn.next().go).toBe('ask')
    turn.asked()
    expect(turn.next()).toMatchObject({ go: 'stop', stop: { cause: 'hopeless' } })
    turn.end({ status: 'stopped' })
    expect(turn.next().controls.toolBudget).toBe(0)
  })

  test('ranks tools for a situation by what became of them there', async () => {
    const { turn, call } = setUp()
    const options = [{ tool: 'a' }, { tool: 'b' }]
    for (let index = 0; index < 4; index++)
      await call('a', () => Promise.reject(new Error('cannot read pdf')), {
        situation: 'pdf',
        alternatives: ['a', 'b'],
      })
    expect(turn.rank(options, 'pdf').map(({ tool }) => tool)).toEqual(['b', 'a'])
  })

  test('throws RangeError for a time limit that is none', () => {
    const { substrate } = setUp()
    const clock = { monotonic: () => 0 }
    const turn = { turnId: 't', sessionId: 's', request: '', toolBudget: 1 }
    for (const timeoutMs of [0, -1, Number.NaN, Infinity])
      expect(() => steer({ substrate, clock }, { ...turn, timeoutMs })).toThrow(RangeError)
  })
})
