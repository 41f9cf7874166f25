import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { wrapLanguageModel } from 'ai'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../testing/collect.js'
import { type ScriptedReply, scriptedModel } from '../testing/scripted-model.js'
import { createReasoningSplitter } from './split-reasoning.js'
import { stripReasoning } from './strip-reasoning.js'

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }]
const wrapped = (reply: ScriptedReply) =>
  wrapLanguageModel({ model: scriptedModel([reply]), middleware: stripReasoning() })

const split = (pieces: readonly string[]): [string, string][] => {
  const splitter = createReasoningSplitter()
  const joined: [string, string][] = []
  for (const { kind, text } of [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()]) {
    const last = joined.at(-1)
    if (last?.[0] === kind) last[1] += text
    else joined.push([kind, text])
  }
  return joined
}

const streamed = async (reply: ScriptedReply): Promise<LanguageModelV4StreamPart[]> => {
  const { stream } = await wrapped(reply).doStream({ prompt })
  return collect(stream)
}

describe('createReasoningSplitter()', () => {
  const cases: readonly [label: string, text: string, expected: [string, string][]][] = [
    ['no tags', 'Hello', [['text', 'Hello']]],
    [
      'a thought first',
      '<think>\nhm\n</think>\n\nHello',
      [
        ['reasoning', 'hm\n'],
        ['text', 'Hello'],
      ],
    ],
    [
      'any name, any case',
      '<REASONING>a</Reasoning><redacted_thinking>b</redacted_thinking>c',
      [
        ['reasoning', 'ab'],
        ['text', 'c'],
      ],
    ],
    [
      'a plan at a line start',
      '<plan>1. x</plan>\nDone',
      [
        ['reasoning', '1. x'],
        ['text', 'Done'],
      ],
    ],
    ['a plan within a line', 'the tag <plan> is text', [['text', 'the tag <plan> is text']]],
    ['a tag after a backtick', 'Models write `<think>` first.', [['text', 'Models write `<think>` first.']]],
    ['a tag in a fence', '```xml\n<think>x</think>\n```', [['text', '```xml\n<think>x</think>\n```']]],
    [
      'nested tags',
      '<think>a<think>b</think>c</think>d',
      [
        ['reasoning', 'a<think>b</think>c'],
        ['text', 'd'],
      ],
    ],
    [
      'another tag within',
      '<think>a<plan>b</plan></think>d',
      [
        ['reasoning', 'a<plan>b</plan>'],
        ['text', 'd'],
      ],
    ],
    ['a stray closing tag', 'a</think>b', [['text', 'ab']]],
    ['an empty thought', '<think>\n\n</think>\n\nHi', [['text', 'Hi']]],
    ['less-than signs', 'a < b <c> </d> <', [['text', 'a < b <c> </d> <']]],
    [
      'a thought later',
      'Hi.\n<think>x</think>\nBye',
      [
        ['text', 'Hi.\n'],
        ['reasoning', 'x'],
        ['text', '\nBye'],
      ],
    ],
  ]

  test.each(cases)('splits %s', (_, text, expected) => {
    expect(split([text])).toEqual(expected)
  })

  test('gives the same however the text is cut', () => {
    const piece = fc.constantFrom(
      '<think>',
      '</think>',
      '<plan>',
      '</plan>',
      '<thinking>',
      '</thinking>',
      'x',
      '\n',
      '`',
      '```',
      '<',
      '</',
      '>',
      '👍',
      ' ',
      'th',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
        (pieces, sizes) => {
          const text = pieces.join('')
          const cut: string[] = []
          for (let at = 0, index = 0; at < text.length; index++) {
            const size = sizes[index % sizes.length] ?? 1
            cut.push(text.slice(at, at + size))
            at += size
          }
          expect(split(cut)).toEqual(split([text]))
        },
      ),
      { seed: 4, numRuns: 2_000 },
    )
  })

  test('passes text on at once', () => {
    expect(createReasoningSplitter().push('Hello there')).toEqual([{ kind: 'text', text: 'Hello there' }])
  })
})

describe('stripReasoning()', () => {
  test('turns a thought into a reasoning part', async () => {
    const { content } = await wrapped({ text: '<think>hm</think>Hello' }).doGenerate({ prompt })
    expect(content).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Hello' },
    ])
  })

  test('gives an unclosed thought as text if there is nothing else', async () => {
    const { content } = await wrapped({ text: '<think>The answer is 4.' }).doGenerate({ prompt })
    expect(content.at(-1)).toEqual({ type: 'text', text: 'The answer is 4.' })
    const parts = await streamed({ text: ['<think>The answer', ' is 4.'] })
    expect(parts.filter(({ type }) => type === 'text-delta')).toEqual([
      { type: 'text-delta', id: 'unclosed', delta: 'The answer is 4.' },
    ])
  })

  test('leaves an unclosed thought alone if a call follows', async () => {
    const { content } = await wrapped({ text: '<think>I call', calls: [{ name: 'x', input: {} }] }).doGenerate({
      prompt,
    })
    expect(content.map(({ type }) => type)).toEqual(['reasoning', 'tool-call'])
  })

  test('streams thought and text in blocks of their own', async () => {
    expect(await streamed({ text: ['<thi', 'nk>a', 'b</th', 'ink>', '\n\nHel', 'lo'] })).toMatchInlineSnapshot(`
      [
        {
          "type": "stream-start",
          "warnings": [],
        },
        {
          "id": "text-0",
          "type": "reasoning-start",
        },
        {
          "delta": "a",
          "id": "text-0",
          "type": "reasoning-delta",
        },
        {
          "delta": "b",
          "id": "text-0",
          "type": "reasoning-delta",
        },
        {
          "id": "text-0",
          "type": "reasoning-end",
        },
        {
          "id": "text-0-1",
          "type": "text-start",
        },
        {
          "delta": "Hel",
          "id": "text-0-1",
          "type": "text-delta",
        },
        {
          "delta": "lo",
          "id": "text-0-1",
          "type": "text-delta",
        },
        {
          "id": "text-0-1",
          "type": "text-end",
        },
        {
          "finishReason": {
            "raw": undefined,
            "unified": "stop",
          },
          "type": "finish",
          "usage": {
            "inputTokens": {
              "cacheRead": undefined,
              "cacheWrite": undefined,
              "noCache": undefined,
              "total": undefined,
            },
            "outputTokens": {
              "reasoning": undefined,
              "text": undefined,
              "total": undefined,
            },
          },
        },
      ]
    `)
  })
})
