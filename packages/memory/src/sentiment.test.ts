import { describe, expect, test } from 'vitest'
import { readSentiment } from './sentiment.js'

describe('readSentiment()', () => {
  test.each([
    ['Deployed the site', 'success', 'win'],
    ['Could not deploy the site', 'failure', 'loss'],
    ['The build keeps failing, stuck on the same step', 'failure', 'frustrating'],
    ['It failed again and I have no idea why', 'partial', 'frustrating'],
    ['It runs again', 'success', 'win'],
    ['Half of the pages are there', 'partial', 'uncertain'],
    ['It seems to work, but I am not sure', 'success', 'uncertain'],
  ] as const)('reads "%s" after a %s as %s', (text, outcome, sentiment) => {
    expect(readSentiment(text, outcome)).toBe(sentiment)
  })

  test.each([
    ['The tests pass and the fix was merged', 'win'],
    ['The server crashed with an error', 'loss'],
    ['It crashed again with the same error', 'frustrating'],
    ['The tests did not fail', 'win'],
    ['It never worked', 'loss'],
    ['The meeting is at nine', 'neutral'],
  ] as const)('reads "%s" by its words alone as %s', (text, sentiment) => {
    expect(readSentiment(text)).toBe(sentiment)
  })
})
