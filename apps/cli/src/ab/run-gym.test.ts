import { gymReport } from '@salp/cognition/gym'
import { describe, expect, test } from 'vitest'
import { runGym } from './run-gym.js'

const small = { seed: 3, heldOut: 17, development: 17, factorial: 1 }

describe('runGym()', () => {
  test('gives the bytes that the library gives, telling what it does meanwhile', { timeout: 120_000 }, async () => {
    const steps: string[] = []
    const { signal } = new AbortController()
    const report = await runGym(small, { signal, onStep: (step) => steps.push(step) })
    expect(report).toBe(gymReport(small))
    expect(report).toContain('\n## Modules, switched alone')
    expect(steps.length).toBeGreaterThan(3)
  })

  test('ends at once when it is cancelled', async () => {
    const controller = new AbortController()
    const running = runGym(small, { signal: controller.signal, onStep: () => controller.abort(new TypeError('no')) })
    await expect(running).rejects.toThrow('no')
  })
})
