import type { Activity } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { describeStop, fromWhere, groupActivities, summarizeNow } from './summary.js'

const activity = (id: string, state: Activity['state']): Activity => ({ id, state, kind: 'turn', title: id, since: 0 })

describe('groupActivities()', () => {
  test('tells what is over until a person acts from what runs and what is next', () => {
    const [a, b, c, d] = [
      activity('a', 'waiting'),
      activity('b', 'blocked'),
      activity('c', 'running'),
      activity('d', 'queued'),
    ]
    expect(groupActivities([a, b, c, d])).toEqual({ blocked: [b], running: [a, c], next: [d] })
  })
})

describe('summarizeNow()', () => {
  test('counts what runs and what waits', () => {
    expect(summarizeNow(0, 0)).toBe('nothing goes on')
    expect(summarizeNow(2, 1)).toBe('2 running, 1 waits for you')
    expect(summarizeNow(0, 3)).toBe('3 wait for you')
  })
})

describe('describeStop()', () => {
  test('says what was stopped, and what could not be', () => {
    expect(describeStop({ stopped: 0, failed: [] })).toBe('Nothing was running. Salp is paused')
    expect(describeStop({ stopped: 2, failed: ['Mend it'] })).toBe(
      '2 things stopped. Could not stop: Mend it. Salp is paused',
    )
  })
})

describe('fromWhere()', () => {
  test('names the surfaces, and takes a new one as it is', () => {
    expect([fromWhere('acp'), fromWhere('fax'), fromWhere(undefined)]).toEqual([
      'from an editor',
      'from fax',
      undefined,
    ])
  })
})
