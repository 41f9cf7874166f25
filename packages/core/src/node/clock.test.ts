import { describe, expect, test } from 'vitest'
import { createSystemRng, systemClock } from './clock.js'

describe('systemClock', () => {
  test('shows the time of day in whole milliseconds', () => {
    const before = Date.now()
    const now = systemClock.now()
    expect(Number.isInteger(now) && now >= before && now <= Date.now()).toBe(true)
  })

  test('sleeps at least as long as asked, by the clock that never goes back', async () => {
    const begun = systemClock.monotonic()
    await systemClock.sleep(20)
    expect(systemClock.monotonic() - begun).toBeGreaterThanOrEqual(20)
    await systemClock.sleep(0)
    await systemClock.sleep(-5)
  })

  test('wakes by the reason of its signal, before and during', async () => {
    const reason = new Error('enough')
    await expect(systemClock.sleep(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    // Longer than a timer of Node can be, which would fire at once.
    const sleeping = systemClock.sleep(2 ** 40, { signal: controller.signal })
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
  })
})

describe('createSystemRng()', () => {
  test('draws from [0, 1), never the same twice', () => {
    const rng = createSystemRng()
    const values = Array.from({ length: 1_000 }, () => rng())
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(new Set(values).size).toBeGreaterThan(990)
    expect(values.reduce((sum, value) => sum + value) / values.length).toBeCloseTo(0.5, 0)
    expect(createSystemRng()()).not.toBe(rng())
  })

  test('forks streams by name that nobody else has', () => {
    const rng = createSystemRng()
    expect(rng.fork('a')()).toBe(rng.fork('a')())
    expect(rng.fork('a')()).not.toBe(rng.fork('b')())
    expect(rng.fork('a')()).not.toBe(createSystemRng().fork('a')())
  })
})
