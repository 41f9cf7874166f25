import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredMessage } from '../session/store.js'
import { digestTurns, toTurnTexts } from './digest.js'

const count = (text: string): number => text.length
const said = (turnId: string, role: 'user' | 'assistant', text: string): StoredMessage => ({
  turnId,
  message: { role, content: [{ type: 'text', text }] },
})

describe('toTurnTexts()', () => {
  test('reads who said what, and what was changed', () => {
    const call = (toolName: string, input: object) => ({ type: 'tool-call' as const, toolCallId: 'c', toolName, input })
    const turns = toTurnTexts([
      said('a', 'user', 'Mend it'),
      {
        turnId: 'a',
        message: {
          role: 'assistant',
          content: [
            call('read_file', { path: 'a.ts' }),
            call('edit_file', { path: 'a.ts' }),
            call('edit_file', { path: 'a.ts' }),
          ],
        },
      },
      said('a', 'assistant', 'Done'),
      said('b', 'user', 'Thanks'),
    ])
    expect(turns).toEqual([
      { turnId: 'a', number: 1, asked: 'Mend it', answered: 'Done', changed: ['edit_file a.ts'] },
      { turnId: 'b', number: 2, asked: 'Thanks', answered: '', changed: [] },
    ])
  })
})

describe('digestTurns()', () => {
  const turns = toTurnTexts([
    said('a', 'user', 'We need a parser. It must never use recursion. The weather is nice.'),
    said('a', 'assistant', 'I wrote it. Comments are not yet read.\n```\nlet x = "we decided nothing"\n```'),
    said('b', 'user', 'Show it to me'),
    said('b', 'assistant', 'Here it is.'),
  ])

  test('keeps decisions and open points in the order of the conversation', () => {
    expect(digestTurns(turns, { budgetTokens: 1_000, count })).toEqual([
      '- [turn 1] person: We need a parser.',
      '- [turn 1] person: It must never use recursion.',
      '- [turn 1] you: Comments are not yet read.',
      '- [turn 2] person: Show it to me',
    ])
  })

  test('gives up what matters least when room is short', () => {
    const [line, ...others] = digestTurns(turns, { budgetTokens: 60, count })
    expect(line).toContain('never use recursion')
    expect(others).toEqual([])
  })

  test('never spends more than its budget, and says nothing that was not said', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), fc.nat(400), (pairs, budgetTokens) => {
        const messages = pairs.flatMap(([asked, answered], index) => [
          said(`${index}`, 'user', asked),
          said(`${index}`, 'assistant', answered),
        ])
        const lines = digestTurns(toTurnTexts(messages), { budgetTokens, count })
        expect(lines.reduce((sum, line) => sum + count(line) + 1, 0)).toBeLessThanOrEqual(budgetTokens)
        const all = pairs.flat().join('\n').replace(/\s+/g, ' ')
        for (const line of lines) {
          const quoted = line.replace(/^- \[turn \d+\] \w+: /, '').replace(/…$/, '')
          expect(all).toContain(quoted)
        }
      }),
    )
  })
})
