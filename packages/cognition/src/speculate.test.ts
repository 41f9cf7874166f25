import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { type Restorable, restorable, speculate } from './speculate.js'
import { createSubstrate } from './substrate.js'

/** A list that can be set back, and says what was done to it. */
function list(log: string[], name = 'list') {
  let items: string[] = []
  const over: Restorable = {
    name,
    begin() {
      const before = items
      log.push(`${name} begun`)
      return {
        commit: () => void log.push(`${name} committed`),
        rollback() {
          items = before
          log.push(`${name} rolled back`)
        },
      }
    },
  }
  const add = (item: string): void => {
    items = [...items, item]
  }
  return { over, items: () => items, add }
}

describe('speculate()', () => {
  test('keeps a batch that is accepted', async () => {
    const log: string[] = []
    const { over, items, add } = list(log)
    const run = async (): Promise<string> => {
      add('kept')
      return 'done'
    }
    expect(await speculate({ over: [over], run, accept: (result) => result === 'done' })).toEqual({
      status: 'committed',
      result: 'done',
    })
    expect([items(), log]).toEqual([['kept'], ['list begun', 'list committed']])
  })

  test('undoes a batch that is refused or throws, the last state first', async () => {
    for (const accepted of [false, undefined]) {
      const log: string[] = []
      const [first, second] = [list(log, 'first'), list(log, 'second')]
      const error = new Error('broken')
      const ended = await speculate({
        over: [first.over, second.over],
        async run() {
          first.add('a')
          second.add('b')
          if (accepted === undefined) throw error
        },
        accept: () => false,
      })
      expect(ended).toEqual(
        accepted === undefined ? { status: 'failed', error } : { status: 'rolled-back', result: undefined },
      )
      expect([first.items(), second.items(), log.slice(2)]).toEqual([
        [],
        [],
        ['second rolled back', 'first rolled back'],
      ])
    }
  })

  test('undoes the rest though one state cannot be undone, and says so', async () => {
    const log: string[] = []
    const { over, items, add } = list(log)
    const stuck: Restorable = {
      name: 'stuck',
      begin: () => ({
        commit: () => undefined,
        rollback() {
          throw new Error('no way back')
        },
      }),
    }
    const run = async (): Promise<void> => add('a')
    await expect(speculate({ over: [over, stuck], run, accept: () => false })).rejects.toThrow(AggregateError)
    expect(items()).toEqual([])
  })

  test('undoes a batch that was aborted, and rejects with the reason', async () => {
    const { over, items, add } = list([])
    const stop = new AbortController()
    const reason = new Error('stopped')
    const run = async (): Promise<void> => {
      add('a')
      stop.abort(reason)
    }
    await expect(speculate({ over: [over], run, signal: stop.signal })).rejects.toBe(reason)
    expect(items()).toEqual([])
    await expect(speculate({ over: [over], run, signal: stop.signal })).rejects.toBe(reason)
  })

  test('sets a substrate back to where it was', async () => {
    const clock = { now: () => 1_000, monotonic: () => 0 }
    const substrate = createSubstrate({ clock, rng: createRng(1), events: { publish: () => undefined } })
    const before = substrate.snapshot()
    const run = async () => substrate.observe({ callId: 'c', tool: 'a', outcome: 'error', latencyMs: 5 })
    await speculate({ over: [restorable('substrate', substrate)], run, accept: () => false })
    expect(substrate.snapshot()).toEqual(before)
  })
})
