import { describe, expect, test } from 'vitest'
import { type Explanation, scoreParts } from './score-parts.js'

const explanation: Explanation = {
  bm25: 3,
  shares: { text: 0.2, thread: 0, graph: 0.7, vector: 0.1 },
  coverage: 1,
  matched: [],
  missed: [],
  freshness: 1,
  confidence: 1,
}

describe('scoreParts()', () => {
  test('names what found it, the strongest first, and nothing that did not', () => {
    expect(scoreParts(explanation).map(({ name, share }) => [name, share])).toEqual([
      ['Names', 0.7],
      ['Words', 0.2],
      ['Meaning', 0.1],
    ])
  })
})
