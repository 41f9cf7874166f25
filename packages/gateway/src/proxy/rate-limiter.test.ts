import { stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressKey, clientAddress, createRateLimiter } from './rate-limiter.js'

describe('createRateLimiter()', () => {
  test('grants a minute’s worth at once, then as it refills', async () => {
    const clock = stoppedClock()
    const limiter = createRateLimiter({ clock })
    const take = (key = 'a') => limiter.take(key, 3)
    expect([take(), take(), take()].map(({ status }) => status)).toEqual(['granted', 'granted', 'granted'])
    expect(take()).toEqual({ status: 'limited', retryAfterSeconds: 20 })
    expect(take('b')).toEqual({ status: 'granted' })
    await clock.advance(19_000)
    expect(take()).toEqual({ status: 'limited', retryAfterSeconds: 1 })
    await clock.advance(1_000)
    expect([take(), take()]).toEqual([{ status: 'granted' }, { status: 'limited', retryAfterSeconds: 20 }])
  })

  test('grants what it told to wait for, and never more than twice a minute’s worth in a minute', async () => {
    const moves = fc.array(fc.nat({ max: 5_000 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 1, max: 20 }), async (waits, perMinute) => {
        const clock = stoppedClock()
        const limiter = createRateLimiter({ clock })
        const granted: number[] = []
        for (const wait of waits) {
          await clock.advance(wait)
          const decision = limiter.take('a', perMinute)
          if (decision.status === 'granted') granted.push(clock.monotonic())
          const recent = granted.filter((at) => at > clock.monotonic() - 60_000)
          expect(recent.length).toBeLessThanOrEqual(2 * perMinute)
        }
        const decision = limiter.take('a', perMinute)
        if (decision.status === 'granted') return
        await clock.advance(decision.retryAfterSeconds * 1_000)
        expect(limiter.take('a', perMinute).status).toBe('granted')
      }),
      { numRuns: 50 },
    )
  })

  test('keeps the buckets of the busy when keys are invented, and forgets only full ones', async () => {
    const clock = stoppedClock()
    const limiter = createRateLimiter({ clock }, { maxKeys: 2 })
    const take = (key: string) => limiter.take(key, 1).status
    expect([take('a'), take('b')]).toEqual(['granted', 'granted'])
    // The crowd shares one bucket of one request.
    expect([take('x'), take('y'), take('z')]).toEqual(['granted', 'limited', 'limited'])
    expect([take('a'), take('b')]).toEqual(['limited', 'limited'])
    await clock.advance(60_000)
    expect([take('new'), take('a')]).toEqual(['granted', 'granted'])
  })

  test('throws RangeError for a rate that grants nothing', () => {
    const limiter = createRateLimiter({ clock: stoppedClock() })
    for (const rate of [0, -1, Number.NaN]) expect(() => limiter.take('a', rate)).toThrow(RangeError)
  })
})

describe('addressKey()', () => {
  test.for([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::2', '2001:db8:0:0::/64'],
    ['2001:DB8:0:1::', '2001:db8:0:1::/64'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['not:an:address', ''],
    [undefined, ''],
  ] as const)('of %s is %s', ([address, key]) => {
    expect(addressKey(address)).toBe(key)
  })
})

describe('clientAddress()', () => {
  const find = (peer: string | undefined, forwardedFor: string | null) =>
    clientAddress(peer, { forwardedFor, trusted: ['10.0.0.1', '2001:db8::1'] })

  test('believes only what trusted proxies report', () => {
    expect(find('192.0.2.7', '1.1.1.1')).toBe('192.0.2.7')
    expect(find('10.0.0.1', '1.1.1.1, 192.0.2.7')).toBe('192.0.2.7')
    expect(find('::ffff:10.0.0.1', '1.1.1.1, 192.0.2.7')).toBe('192.0.2.7')
    expect(find('10.0.0.1', '6.6.6.6, 192.0.2.7, 2001:DB8:0::1')).toBe('192.0.2.7')
    expect(find('2001:db8::2', '6.6.6.6')).toBe('2001:db8::2')
    expect(find('10.0.0.1', null)).toBe('10.0.0.1')
    expect(find(undefined, '6.6.6.6')).toBeUndefined()
  })
})
