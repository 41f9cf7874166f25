import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextTime } from './next-time.js'

const at = (text: string): number => Date.parse(text)

describe('nextTime()', () => {
  test('reads cron in a time zone, over the change to winter time', () => {
    const trigger = { type: 'cron', cron: '30 7 * * *', timezone: 'Europe/Zurich' } as const
    expect(nextTime(trigger, at('2026-10-24T12:00Z'))).toBe(at('2026-10-25T06:30Z'))
    expect(nextTime(trigger, at('2026-10-24T00:00Z'))).toBe(at('2026-10-24T05:30Z'))
  })

  test('is always later than now, and cron falls on a whole minute', () => {
    const cron = fc.constantFrom('* * * * *', '0 8 * * 1-5', '*/15 3 1 * *', '0 0 29 2 *')
    fc.assert(
      fc.property(cron, fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (pattern, now) => {
        const next = nextTime({ type: 'cron', cron: pattern, timezone: 'UTC' }, now.getTime())
        return next !== undefined && next > now.getTime() && next % 60_000 === 0
      }),
    )
  })

  test('has nothing for a moment that is past, nor for a webhook', () => {
    expect(nextTime({ type: 'at', at: 5 }, 4)).toBe(5)
    expect(nextTime({ type: 'at', at: 5 }, 5)).toBeUndefined()
    expect(nextTime({ type: 'webhook' }, 0)).toBeUndefined()
    expect(nextTime({ type: 'every', minutes: 2 }, 1_000)).toBe(121_000)
  })

  test.each([{ cron: '61 * * * *' }, { cron: 'every day' }, { cron: '0 8 * * *', timezone: 'Mars/Olympus' }])(
    'throws TriggerError for %o',
    (given) => {
      expect(() => nextTime({ type: 'cron', ...given }, 0)).toThrow(
        expect.objectContaining({ code: 'agent/routine-invalid' }),
      )
    },
  )
})
