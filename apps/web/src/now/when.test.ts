import { describe, expect, test } from 'vitest'
import { whenOf } from './when.js'

describe('whenOf()', () => {
  test.each([
    [{ type: 'cron', cron: '0 7 * * *' }, 'At 0 7 * * *'],
    [{ type: 'cron', cron: '0 7 * * *', timezone: 'Europe/Zurich' }, 'At 0 7 * * * (Europe/Zurich)'],
    [{ type: 'every', minutes: 1 }, 'Every 1 minute'],
    [{ type: 'files', folder: 'docs', glob: '**', minutes: 5 }, 'When files change in docs'],
    [{ type: 'feed', url: 'https://news.test/rss?a', minutes: 60 }, 'Upon news of news.test'],
    [{ type: 'webhook' }, 'When it is told to from elsewhere'],
  ] as const)('says of %j: %s', (trigger, words) => {
    expect(whenOf(trigger)).toBe(words)
  })
})
