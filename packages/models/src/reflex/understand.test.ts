import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  coreCartridgeUtterances,
  heldOutCartridgeUtterances,
  variedCartridgeUtterances,
} from './cartridge-utterances.data.js'
import type { Intent, Mentioned } from './intent.js'
import { cartridgeTools } from './testing/converse.js'
import { understand } from './understand.js'
import { coreUtterances, type Expected, type Utterance, variedUtterances } from './utterances.data.js'

const short = (intent: Intent): Expected => {
  switch (intent.type) {
    case 'call':
      return [intent.tool, intent.input]
    case 'find-task':
      return ['find-task', { which: intent.which, change: intent.change }]
    case 'use-cartridge':
      return [intent.tool, { which: intent.which, ...intent.input }]
    case 'open-cartridge': {
      const { which, template } = intent
      return ['play', template === undefined ? { which } : { which, template }]
    }
    case 'list-templates':
      return ['templates', intent.kind === undefined ? {} : { kind: intent.kind }]
    case 'say':
      return ['say', intent.topic]
    case 'unclear':
      return ['unclear', intent.text]
  }
}

const withCartridges = new Set(cartridgeTools)

const misunderstood = (
  utterances: readonly Utterance[],
  offered: ReadonlySet<string> = new Set(),
): { text: string; got: string; wanted: string }[] =>
  utterances.flatMap(([text, ...expected]) => {
    const [got, wanted] = [JSON.stringify(understand(text, {}, offered).map(short)), JSON.stringify(expected)]
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

  test('understands every core utterance about cartridges where their tools are on offer', () => {
    expect(misunderstood(coreCartridgeUtterances, withCartridges)).toEqual([])
  })

  test('understands at least 95 % of what is said of cartridges, and of what was held out 90 %', () => {
    const all = [...coreCartridgeUtterances, ...variedCartridgeUtterances]
    const right = all.length - misunderstood(all, withCartridges).length
    const held = heldOutCartridgeUtterances.length
    const heldRight = held - misunderstood(heldOutCartridgeUtterances, withCartridges).length
    console.info(`understood ${right} of ${all.length} about cartridges, ${heldRight} of ${held} held out`)
    expect(right / all.length).toBeGreaterThanOrEqual(0.95)
    expect(heldRight / held).toBeGreaterThanOrEqual(0.9)
  })

  test('takes nothing else for a cartridge', () => {
    expect(misunderstood([...coreUtterances, ...variedUtterances], withCartridges)).toEqual([])
    const file = new URL('../../../../fixtures/utterances/utterances.jsonl', import.meta.url)
    const requests = readFileSync(file, 'utf8').trimEnd().split('\n')
    for (const request of requests) {
      const { text } = JSON.parse(request) as { text: string }
      expect(understand(text, {}, withCartridges)).toEqual(understand(text))
    }
  })

  test('knows of no cartridges where their tools are not on offer', () => {
    const texts = [...coreCartridgeUtterances, ...variedCartridgeUtterances].map(([text]) => text)
    const intents = texts.flatMap((text) => understand(text).map((intent) => short(intent)[0]))
    expect(intents.filter((tool) => /cartridge|play|templates/.test(tool))).toEqual([])
    const half = new Set(['create_cartridge'])
    expect(understand('make a snake game', {}, half).map(short)).toEqual([
      ['create_cartridge', { template: 'snake game' }],
    ])
    expect(understand('publish counter', {}, half)[0]?.type).toBe('unclear')
  })

  test('finds something in every message, if only that it is not understood', () => {
    const message =
      'Mend the parser.\n\nYou are alone in a copy of the house. Look before you leap, and leap no further.'
    expect(understand(message)).toEqual([{ type: 'unclear', text: 'Mend the parser.' }])
    fc.assert(
      fc.property(fc.lorem({ mode: 'sentences' }), (text) => {
        expect(understand(text)).not.toEqual([])
      }),
    )
  })

  test('takes "it" for a cartridge: always where only that fits, else if it was talked of last', () => {
    const cartridge = { id: 'snake' }
    const meant = (text: string, mentioned: Mentioned) => understand(text, mentioned, withCartridges).map(short)
    const last: Mentioned = { path: 'a.txt', taskId: 4, cartridge, latest: 'cartridge' }
    expect(meant('publish it for $0.05', last)).toEqual([['publish_cartridge', { which: cartridge, price: '$0.05' }]])
    expect(meant('roll it back', last)).toEqual([['rollback_cartridge', { which: cartridge }]])
    expect(meant('play it', last)).toEqual([['play', { which: cartridge }]])
    expect(meant('run its tests', last)).toEqual([['test_cartridge', { which: cartridge }]])
    expect(meant('show me its source', last)).toEqual([['read_cartridge', { which: cartridge }]])
    expect(meant('delete it', last)).toEqual([['remove_cartridge', { which: cartridge }]])
    expect(meant('delete it', { ...last, latest: 'task' })).toEqual([['update_task', { id: 4, status: 'abandoned' }]])
    expect(meant('open it', { ...last, latest: 'path' })).toEqual([['read_file', { path: 'a.txt' }]])
    expect(meant('publish it', { ...last, latest: 'task' })).toEqual([['publish_cartridge', { which: cartridge }]])
  })

  test('reads prices in cents, in dollars and in words', () => {
    const priceOf = (text: string) => {
      const [intent] = understand(`publish counter ${text}`, {}, withCartridges)
      return intent?.type === 'use-cartridge' ? intent.input.price : undefined
    }
    expect(
      [
        'for $0.01',
        'at 5 cents',
        'for half a cent per call',
        'for a dollar',
        'for 1.50 usd',
        'for two cents',
        'for free',
        '',
      ].map(priceOf),
    ).toEqual(['$0.01', '$0.05', '$0.005', '$1', '$1.5', '$0.02', undefined, undefined])
  })

  test('makes a cartridge of source that is given', () => {
    const said = 'make a backend cartridge called hi from this code:\n```ts\nexport const a = 1\n```'
    expect(understand(said, {}, withCartridges).map(short)).toEqual([
      ['create_cartridge', { name: 'hi', kind: 'backend', source: 'export const a = 1\n' }],
    ])
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
    'make a snake game, ',
    'publish it and call ',
    '"',
  ])('comes to an end for a page of %j', (piece) => {
    const page = piece.repeat(16_000 / piece.length)
    expect(understand(page, {}, withCartridges).length).toBeLessThanOrEqual(2_000)
  })

  test('gives at least one intent for any text that is not blank, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(understand(text, {}, withCartridges).length).toBeGreaterThanOrEqual(/[\p{L}\p{N}]/u.test(text) ? 1 : 0)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
