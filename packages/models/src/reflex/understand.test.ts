import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Intent } from './intent.js'
import { understand } from './understand.js'
import { coreUtterances, type Expected, type Utterance, variedUtterances } from './utterances.data.js'

const short = (intent: Intent): Expected => {
  switch (intent.type) {
    case 'call':
      return [intent.tool, intent.input]
    case 'find-task':
      return ['find-task', { which: intent.which, change: intent.change }]
    case 'say':
      return ['say', intent.topic]
    case 'unclear':
      return ['unclear', intent.text]
  }
}

const misunderstood = (utterances: readonly Utterance[]): { text: string; got: string; wanted: string }[] =>
  utterances.flatMap(([text, ...expected]) => {
    const [got, wanted] = [JSON.stringify(understand(text).map(short)), JSON.stringify(expected)]
    return got === wanted ? [] : [{ text, got, wanted }]
  })

describe('understand()', () => {
  test('understands every core utterance', () => {
    expect(misunderstood(coreUtterances)).toEqual([])
  })

  test('understands at least 95 % of all utterances', () => {
    const all = [...coreUtterances, ...variedUtterances]
    const wrong = misunderstood(all)
    const rate = 1 - wrong.length / all.length
    console.info(`understood ${all.length - wrong.length} of ${all.length} utterances, ${(100 * rate).toFixed(1)} %`)
    for (const { text, got, wanted } of wrong) console.info(`  ${text}\n    got    ${got}\n    wanted ${wanted}`)
    expect(all.length).toBeGreaterThanOrEqual(150)
    expect(rate).toBeGreaterThanOrEqual(0.95)
  })

  test('takes "it" for the path or task that was mentioned', () => {
    expect(understand('read it', { path: 'a.txt' }).map(short)).toEqual([['read_file', { path: 'a.txt' }]])
    expect(understand('mark it as done', { taskId: 4 }).map(short)).toEqual([
      ['update_task', { id: 4, status: 'done' }],
    ])
  })

  test('keeps all of a long text that is to be remembered', () => {
    const text = `The guide says ${'one two three '.repeat(100).trim()}`
    expect(understand(`remember that ${text}`).map(short)).toEqual([['remember', { content: text }]])
    const many = Array.from({ length: 90 }, (_, index) => `Fact ${index} holds`)
    expect(understand(`Remember: ${many.join('. ')}.`).map(short)).toEqual([
      ['remember', { content: `${many.join('. ')}.` }],
    ])
  })

  test.each([
    'a ',
    'and then ',
    'remember that x and list ',
    'replace a with b in ',
    ', ',
    'list the files in the ',
    '"',
  ])('comes to an end for a page of %j', (piece) => {
    expect(understand(piece.repeat(16_000 / piece.length)).length).toBeLessThanOrEqual(2_000)
  })

  test('gives at least one intent for any text that is not blank, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(understand(text).length).toBeGreaterThanOrEqual(/[\p{L}\p{N}]/u.test(text) ? 1 : 0)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
