import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { agentTools, cartridgeTools, converse, failure, type Result } from './testing/converse.js'

const offered = [...agentTools, ...cartridgeTools]
const made = (id: string, name: string, kind: string, more: object = {}) => ({
  cartridge: { id, name, kind, version: 1, path: `/c/${id}`, open: `#/cartridges/${id}` },
  status: 'active',
  ...more,
})
const listed = (id: string, name: string, kind = 'backend', more: object = {}) => ({
  id,
  name,
  kind,
  version: 1,
  published: false,
  calls: 0,
  traps: 0,
  ...more,
})
const list = {
  cartridges: [
    listed('snake', 'Snake', 'interactive', { version: 3, calls: 12, traps: 1 }),
    listed('counter', 'Visit counter', 'backend', { published: true, price: '$0.01' }),
    listed('counter-2', 'Daily counter'),
  ],
  templates: [
    { id: 'snake', name: 'Snake', kind: 'interactive', description: 'Steer the snake | eat' },
    { id: 'json-api', name: 'JSON API', kind: 'backend', description: 'Answers with JSON' },
  ],
}
const template = ' It is a template as it stands; without a language model I write no programs.'

/** Says something to a workshop that holds {@link list}, and gives `result` for every other call. */
const say = (text: string, result: Result = {}, before: LanguageModelV4Prompt = []) =>
  converse(text, (tool) => (tool === 'list_cartridges' ? list : result), { offered, before })

describe('reflexModel() with cartridges', () => {
  test('makes an interactive one, and says where to play it and how', async () => {
    const { rounds, text } = await say('make a snake game', made('snake', 'Snake', 'interactive'))
    expect(rounds).toEqual([[['create_cartridge', { template: 'snake game' }]]])
    expect(text).toBe(
      `**Snake** is ready: [Play Snake](#/cartridges/snake). Click the picture first. As a rule it is played with the arrow keys.${template}`,
    )
    const described = made('snake', 'Snake', 'interactive')
    const cartridge = { ...described.cartridge, description: 'Arrow keys steer, space pauses.' }
    expect((await say('make a snake game', { ...described, cartridge })).text).toContain(
      'Click the picture first. Arrow keys steer, space pauses. It is a template',
    )
  })

  test('makes a backend, and says how to ask and publish it', async () => {
    const { text } = await say(
      'make a json api',
      made('json-api', 'JSON API', 'backend', { message: 'It knows /time' }),
    )
    expect(text).toBe(
      `**JSON API** is ready: [Open JSON API](#/cartridges/json-api). Ask it with “call json-api with /”; once published (“publish json-api for $0.01”), it answers anyone at \`/c/json-api\`. It knows /time.${template}`,
    )
  })

  test('says what the compiler says of one that does not build', async () => {
    const diagnostic = (severity: string, message: string, hint: string | null) => ({
      ...{ code: 'AS2304', severity, message, hint, line: 3, column: 5, endLine: 3, endColumn: 9, excerpt: '' },
    })
    const result = made('hi', 'Hi', 'backend', {
      status: 'failed',
      message: 'It does not compile',
      diagnostics: [
        diagnostic('error', "Cannot find name 'JSON'.", 'Build the text by hand.'),
        diagnostic('warning', 'w', null),
      ],
    })
    const { rounds, text } = await say('create a cartridge called hi from ```\nx``` and publish it', result)
    expect(rounds).toEqual([[['create_cartridge', { name: 'hi', source: 'x' }]]])
    expect(text).toBe(
      "**Hi** did not build. It does not compile.\n\n- Line 3, column 5: Cannot find name 'JSON'. Build the text by hand.\n\n[Open its source](#/cartridges/hi)\n\nI stopped there; still to do: `publish_cartridge`.",
    )
  })

  test('says which tests one fails that is not let in', async () => {
    const failed = [{ name: 'counts', passed: false, detail: 'status 500' }]
    const result = made('hi', 'Hi', 'backend', {
      ...{ status: 'failed', message: '1 test failed', tests: { passed: 2, failed } },
    })
    expect((await say('make a counter', result)).text).toBe(
      '**Hi** did not build. 1 test failed.\n\n- Test counts: status 500\n\n[Open its source](#/cartridges/hi)',
    )
  })

  test('says that a draft does not run yet', async () => {
    const result = made('hits', 'hits', 'backend', { status: 'draft' })
    expect((await say('create a backend cartridge called hits', result)).text).toBe(
      '**hits** is a draft that does not run yet: [Open hits](#/cartridges/hits).',
    )
  })

  test('says which templates there are if none is like that', async () => {
    const { text } = await say(
      'make a chess game',
      failure('invalid', 'No template "chess game"', 'There are: snake, pong'),
    )
    expect(text).toBe('`create_cartridge` cannot take that: No template "chess game". There are: snake, pong.')
  })

  test('plays the one that is there, and makes one where none is', async () => {
    const there = await say('I want to play snake')
    expect(there.rounds).toEqual([[['list_cartridges', {}]]])
    expect(there.text).toContain('[Play Snake](#/cartridges/snake)')
    const none = await say('I want to play pong', made('pong', 'Pong', 'interactive'))
    expect(none.rounds).toEqual([[['list_cartridges', {}]], [['create_cartridge', { template: 'pong' }]]])
    expect(none.text).toContain('**Pong** is ready: [Play Pong](#/cartridges/pong)')
    expect((await say('open the tetris game')).text).toContain('I found no cartridge like “tetris game”')
  })

  test('lists cartridges and templates as tables', async () => {
    expect((await say('which cartridges do I have?')).text).toBe(
      [
        'You have 3 cartridges:\n',
        '| Cartridge | Kind | Version | Published | Calls |',
        '| --- | --- | --- | --- | --- |',
        '| [Snake](#/cartridges/snake) | interactive | 3 | no | 12, 1 ended early |',
        '| [Visit counter](#/cartridges/counter) | backend | 1 | $0.01 | 0 |',
        '| [Daily counter](#/cartridges/counter-2) | backend | 1 | no | 0 |',
      ].join('\n'),
    )
    expect((await say('what can you build?')).text).toBe(
      [
        'I can make these. Say, for example, “make a snake cartridge”.\n',
        '| Template | Kind | What it is |',
        '| --- | --- | --- |',
        '| `snake` | interactive | Steer the snake \\| eat |',
        '| `json-api` | backend | Answers with JSON |',
      ].join('\n'),
    )
    expect((await say('make a game')).text).not.toContain('json-api')
    const empty = await converse('my games', () => ({ cartridges: [], templates: [] }), { offered })
    expect(empty.text).toBe('You have no cartridges yet. Say “make a snake game”, or “what can you build?”.')
  })

  test('publishes the one that is meant, looked up by its words', async () => {
    const url = 'http://127.0.0.1:4023/c/counter'
    const { rounds, text } = await say('sell the visit counter at 1 cent a call', {
      id: 'counter',
      url,
      price: '$0.01',
    })
    expect(rounds).toEqual([[['list_cartridges', {}]], [['publish_cartridge', { id: 'counter', price: '$0.01' }]]])
    expect(text).toBe(
      `**counter** is published at \`${url}\`. A call costs $0.01. Say “unpublish counter” to take it back.`,
    )
    expect((await say('publish counter', { id: 'counter', url })).text).toContain('It costs nothing.')
    expect((await say('unpublish counter')).text).toBe('**counter** is no longer published.')
  })

  test('asks which where words fit several, and says where they fit none', async () => {
    const several = await converse(
      'remove the chess game',
      () => ({ ...list, cartridges: [listed('chess-1', 'Chess'), listed('chess-2', 'Chess')] }),
      { offered },
    )
    expect(several.rounds).toEqual([[['list_cartridges', {}]]])
    expect(several.text).toBe('Which one? Say its id:\n\n- **chess-1** Chess\n- **chess-2** Chess')
    expect((await say('unpublish echo')).text).toBe(
      'I found no cartridge like “echo”. Say “list my cartridges” to see them.',
    )
  })

  test('calls one, with a path or with a value', async () => {
    const page = await say('call counter with /hits?day=1', { status: 200, body: '{"hits":3}' })
    expect(page.rounds[1]).toEqual([['call_cartridge', { id: 'counter', request: { path: '/hits', query: 'day=1' } }]])
    expect(page.text).toBe('**counter** answered 200:\n\n```\n{"hits":3}\n```')
    expect((await say('call counter with /', { status: 204, body: '' })).text).toBe(
      '**counter** answered 204, with nothing in it.',
    )
    const value = await say('call counter with `{"a": [1]}`', { value: { rank: 1 } })
    expect(value.rounds[1]).toEqual([['call_cartridge', { id: 'counter', value: { a: [1] } }]])
    expect(value.text).toBe('**counter** gave:\n\n```json\n{\n  "rank": 1\n}\n```')
  })

  test('tests, shows, rolls back and removes one', async () => {
    const tests = [
      { name: 'counts', passed: true },
      { name: 'resets', passed: false, detail: 'status 500' },
    ]
    expect((await say('test the counter cartridge', { tests })).text).toBe(
      '**counter**: 1 of 2 tests pass.\n\n- [x] counts\n- [ ] resets: status 500',
    )
    expect((await say('test the counter cartridge', { tests: [] })).text).toBe('**counter** has no tests.')
    const source = { id: 'snake', name: 'Snake', kind: 'interactive', source: 'let a = 1\n' }
    expect((await say('show me the source of snake', source)).text).toBe(
      '**Snake**, interactive:\n\n```typescript\nlet a = 1\n```',
    )
    expect((await say('roll back snake', { id: 'snake', version: 2 })).text).toBe('**snake** is back at version 2.')
    expect((await say('delete the snake cartridge', { id: 'snake' })).text).toBe('**snake** is gone.')
  })

  test('takes "it" for what was made, in the same message and later', async () => {
    const result = made('snake-2', 'Snake', 'interactive')
    const first = await say('make a snake game and test it', result)
    expect(first.rounds).toEqual([
      [['create_cartridge', { template: 'snake game' }]],
      [['test_cartridge', { id: 'snake-2' }]],
    ])
    const before: LanguageModelV4Prompt = [
      ...first.prompt,
      { role: 'assistant', content: [{ type: 'text', text: first.text }] },
    ]
    const { rounds } = await say('publish it for $0.05', { id: 'snake-2', url: '/c/snake-2' }, before)
    expect(rounds).toEqual([[['publish_cartridge', { id: 'snake-2', price: '$0.05' }]]])
    expect((await say('delete it', {}, before)).rounds).toEqual([[['remove_cartridge', { id: 'snake-2' }]]])
  })

  test('does one after another what changes things, and stops where one fails', async () => {
    const done = await say('make a snake game and a pong game', made('x', 'X', 'interactive'))
    expect(done.rounds).toHaveLength(2)
    const stopped = await say('unpublish counter and then delete the snake cartridge', failure('failed', 'Busy'))
    expect(stopped.rounds.map(([call]) => call?.[0])).toEqual(['list_cartridges', 'unpublish_cartridge'])
    expect(stopped.text).toContain('I stopped there; still to do: `remove_cartridge`.')
  })

  test('mentions cartridges in its help where their tools are on offer', async () => {
    expect((await say('help')).text).toContain('“make a snake game”')
    expect((await converse('help')).text).not.toContain('snake')
  })
})
