import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { noon, openTables } from '../testing/internal/open-registry.js'
import { createFreeQuota } from './free-quota.js'

function open() {
  const db = openTables()
  const clock = stoppedClock(noon)
  const quota = createFreeQuota({ db, clock })
  const take = (payer = 'p', route = 'r', perDay = 2) => quota.take({ route, payer, perDay })
  return { db, clock, quota, take }
}
const statuses = (decisions: readonly { status: string }[]) => decisions.map(({ status }) => status)

describe('take()', () => {
  test('grants n a day to each payer of each route', () => {
    const { take } = open()
    expect(statuses([take(), take(), take()])).toEqual(['granted', 'granted', 'used-up'])
    expect(statuses([take('q'), take('p', 's'), take('p', 'r', 3), take()])).toEqual([
      'granted',
      'granted',
      'granted',
      'used-up',
    ])
    expect(take('new', 'r', 0)).toEqual({ status: 'used-up' })
  })

  test('renews at midnight UTC, and forgets the days before yesterday', async () => {
    const { clock, db, take } = open()
    take()
    take()
    await clock.advance(43_199_999)
    expect(take().status).toBe('used-up')
    await clock.advance(1)
    expect(take().status).toBe('granted')
    await clock.advance(86_400_000)
    take()
    expect(db.prepare('SELECT day, used FROM gateway_free_use ORDER BY day').all()).toEqual([
      { day: 20_001, used: 1 },
      { day: 20_002, used: 1 },
    ])
  })

  test('gives back once, to the day it was taken from', async () => {
    const { clock, take } = open()
    const first = take()
    take()
    await clock.advance(43_200_000)
    if (first.status === 'granted') {
      first.release()
      first.release()
    }
    expect(statuses([take(), take(), take()])).toEqual(['granted', 'granted', 'used-up'])
    await clock.advance(-43_200_000)
    expect(statuses([take(), take()])).toEqual(['granted', 'used-up'])
  })

  test('is one count for two that share a database', () => {
    const { db, clock, take } = open()
    const other = createFreeQuota({ db, clock })
    const use = { route: 'r', payer: 'p', perDay: 2 }
    expect(statuses([take(), other.take(use), take(), other.take(use)])).toEqual([
      'granted',
      'granted',
      'used-up',
      'used-up',
    ])
  })

  test('throws when it cannot count', () => {
    const { db, take } = open()
    db.exec('PRAGMA query_only = ON')
    expect(() => take()).toThrow()
  })
})
