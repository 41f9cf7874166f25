import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { corpusTools, malformedCalls, ordinaryTexts } from './corpus.data.js'
import { finishText, parseToolCalls } from './parse-tool-calls.js'
import { createScanner } from './scan.js'
import { createToolbox } from './toolbox.js'

const callsIn = (text: string): [string, object][] =>
  parseToolCalls(text, corpusTools).calls.map(({ toolName, input }) => [toolName, input])

describe('parseToolCalls()', () => {
  test('recovers at least 95 % of the corpus', () => {
    const lost = malformedCalls.filter(([, text, ...calls]) => JSON.stringify(callsIn(text)) !== JSON.stringify(calls))
    const rate = 1 - lost.length / malformedCalls.length
    console.info(
      `recovered ${malformedCalls.length - lost.length} of ${malformedCalls.length} malformed calls, ${(100 * rate).toFixed(1)} %`,
    )
    for (const [label, text] of lost) console.info(`  ${label}: got ${JSON.stringify(callsIn(text))}`)
    expect(malformedCalls.length + ordinaryTexts.length).toBeGreaterThanOrEqual(120)
    expect(rate).toBeGreaterThanOrEqual(0.95)
  })

  test('takes no ordinary text for a call, and leaves it as it was', () => {
    expect(ordinaryTexts.length).toBeGreaterThanOrEqual(25)
    const found = ordinaryTexts.flatMap(([label, text]) => {
      const parsed = parseToolCalls(text, corpusTools)
      return parsed.calls.length > 0 || parsed.text !== text ? [[label, parsed]] : []
    })
    expect(found).toEqual([])
  })

  test('keeps the prose around a call', () => {
    const text = 'I will look.\n\n<tool_call>{"name": "agent_status", "arguments": {}}</tool_call>\n\nThen I go on.\n'
    expect(parseToolCalls(text, corpusTools).text).toBe('I will look.\n\nThen I go on.')
  })

  test('says that a call was cut off', () => {
    const [call] = parseToolCalls('{"name": "write_file", "arguments": {"path": "a", "content": "ha', corpusTools).calls
    expect(call).toEqual({ toolName: 'write_file', input: { path: 'a', content: 'ha' }, truncated: true })
  })

  test('finds nothing without tools', () => {
    expect(parseToolCalls('read_file({"path": "a"})', [])).toEqual({ calls: [], text: 'read_file({"path": "a"})' })
  })

  test('never throws', () => {
    const pieces = [
      '<tool_call>',
      '{"name": "read_file"',
      ', "arguments": {',
      '}}',
      '```',
      '\n',
      'read_file(',
      ')',
      '[TOOL_CALLS]',
      '<|',
      '|>',
      '“',
      '`',
      'x',
      '👍',
      "'",
      '--- a\n+++ b\n@@',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 20 }),
        (parts) => {
          expect(Array.isArray(callsIn(parts.join('')))).toBe(true)
        },
      ),
      { seed: 2, numRuns: 500 },
    )
  })
})

describe('createScanner()', () => {
  const scanInPieces = (text: string, sizes: readonly number[]) => {
    const toolbox = createToolbox(corpusTools)
    const scanner = createScanner(toolbox)
    let sent = 0
    let at = 0
    for (let index = 0; at < text.length; index++) {
      const size = Math.max(1, sizes[index % sizes.length] ?? 1)
      sent = Math.max(sent, scanner.push(text.slice(at, at + size)))
      at += size
    }
    const { calls, text: rest } = finishText(scanner, toolbox, sent)
    return { calls, text: text.slice(0, sent) + rest }
  }

  test('finds the same however the text is cut', () => {
    const texts = [...malformedCalls.map(([, text]) => text), ...ordinaryTexts.map(([, text]) => text)]
    const differing = texts.filter(
      (text) => JSON.stringify(scanInPieces(text, [1])) !== JSON.stringify(parseToolCalls(text, corpusTools)),
    )
    expect(differing).toEqual([])
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        (text, sizes) => {
          expect(scanInPieces(text, sizes)).toEqual(parseToolCalls(text, corpusTools))
        },
      ),
      { seed: 3, numRuns: 400 },
    )
  })

  test('passes prose on at once', () => {
    const scanner = createScanner(createToolbox(corpusTools))
    expect(scanner.push('The quick brown')).toBe(15)
    expect(scanner.push(' fox. It jumps')).toBe(29)
    expect(scanner.push('\n\n```ts\nconst a = 1')).toBe(48)
  })
})
