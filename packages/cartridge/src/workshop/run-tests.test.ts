import { describe, expect, test } from 'vitest'
import { CartridgeTrap } from '../errors.js'
import type { CartridgeCalls } from '../host/host.js'
import { type CartridgeTest, cartridgeTestSchema } from '../protocol.js'
import { type CallUnderTest, runTests } from './run-tests.js'

type Answers = {
  readonly [Name in keyof CartridgeCalls]?: (input: CartridgeCalls[Name]['input']) => CartridgeCalls[Name]['output']
}

/** A cartridge made of functions. */
const made =
  (answers: Answers): CallUnderTest =>
  async (name, input) => {
    const answer = answers[name]
    if (answer === undefined) throw new RangeError(`no ${name}`)
    return answer(input)
  }

const parsed = (...tests: readonly object[]): CartridgeTest[] => tests.map((given) => cartridgeTestSchema.parse(given))

const echo = made({
  request: ({ request }) => ({
    status: request.path === '/missing' ? 404 : 200,
    headers: [],
    body: new TextEncoder().encode(
      `${request.method} ${request.query} ${request.headers} ${new TextDecoder().decode(request.body)}`,
    ),
  }),
})

describe('runTests()', () => {
  test('holds a backend to status, body and a part of it', async () => {
    const request = { method: 'POST', path: '/', query: 'a=1', headers: { x: 'y' }, body: 'ä' }
    const tests = parsed(
      { name: 'whole', request, status: 200, body: 'POST a=1 x,y ä' },
      { name: 'part', request, contains: 'a=1' },
      { name: 'other body', request, body: 'POST' },
      { name: 'no part', request, contains: 'b=1' },
      { name: 'missing', request: { path: '/missing' } },
      { name: 'missing as it should', request: { path: '/missing' }, status: 404 },
    )
    expect(await runTests(echo, 'backend', tests)).toMatchInlineSnapshot(`
      [
        {
          "name": "whole",
          "passed": true,
        },
        {
          "name": "part",
          "passed": true,
        },
        {
          "detail": ""POST a=1 x,y ä", where "POST" is right",
          "name": "other body",
          "passed": false,
        },
        {
          "detail": ""POST a=1 x,y ä", which does not contain "b=1"",
          "name": "no part",
          "passed": false,
        },
        {
          "detail": "status 404 with "GET   ", where one below 400 is right",
          "name": "missing",
          "passed": false,
        },
        {
          "name": "missing as it should",
          "passed": true,
        },
      ]
    `)
  })

  test('holds a cognitive function to the same JSON, in any order of names', async () => {
    const call = made({ invoke: ({ value }) => ({ b: 2, a: value }) })
    const tests = parsed(
      { name: 'same', input: 1, output: { a: 1, b: 2 } },
      { name: 'other', input: 1, output: { a: 2, b: 2 } },
    )
    expect(await runTests(call, 'cognitive', tests)).toEqual([
      { name: 'same', passed: true },
      { name: 'other', passed: false, detail: '{"a":1,"b":2}, where {"a":2,"b":2} is right' },
    ])
  })

  test('looks for a text in the last tree of a frontend, across elements and in attributes', async () => {
    const seen: unknown[] = []
    const call = made({
      render: ({ event }) => {
        seen.push(event)
        return { t: 'p', c: ['one ', { t: 'b', c: ['two'] }, { t: 'input', a: { value: 'typed' } }, `${seen.length}`] }
      },
    })
    const events = [{ type: 'event', event: 'click', id: 'x', value: null, key: null }]
    const tests = parsed(
      { name: 'across', events, contains: 'one two2' },
      { name: 'attribute', events: [], contains: 'typed' },
      { name: 'not there', events: [], contains: 'three' },
    )
    expect(await runTests(call, 'frontend', tests)).toEqual([
      { name: 'across', passed: true },
      { name: 'attribute', passed: true },
      { name: 'not there', passed: false, detail: '"one two4", which does not contain "three"' },
    ])
    expect(seen).toEqual([{ type: 'mount' }, events[0], { type: 'mount' }, { type: 'mount' }])
  })

  test('holds keys down for a frame each and tells whether the picture changes; time goes on from test to test', async () => {
    const log: string[] = []
    let shade = 0
    const call = made({
      frame: ({ tMs, dtMs }) => {
        log.push(`${tMs}+${dtMs}`)
        return { width: 1, height: 1, pixels: new Uint8ClampedArray([shade, 0, 0, 255]), changed: true, ended: false }
      },
      key: ({ code, down }) => {
        log.push(`${code} ${down}`)
        if (down) shade += 1
        return undefined
      },
    })
    const tests = parsed(
      { name: 'still', frames: 2 },
      { name: 'still as it should', frames: 1, changes: false },
      { name: 'moves', keys: [37], frames: 1 },
      { name: 'moves though it should not', keys: [37], frames: 1, changes: false },
    )
    expect(await runTests(call, 'interactive', tests)).toEqual([
      { name: 'still', passed: false, detail: 'the picture stays the same' },
      { name: 'still as it should', passed: true },
      { name: 'moves', passed: true },
      { name: 'moves though it should not', passed: false, detail: 'the picture changes, where it should not' },
    ])
    expect(log.slice(0, 10)).toEqual([
      ...['16+16', '32+16', '48+16'],
      ...['64+16', '80+16'],
      ...['96+16', '37 true', '112+16', '37 false', '128+16'],
    ])
  })

  test('fails a test that ends in a trap, and one for another kind, and goes on', async () => {
    const call = made({
      invoke: ({ value }) => {
        if (value === 0) throw new CartridgeTrap('trap', 'divide by zero')
        return 1
      },
    })
    const tests = parsed(
      { name: 'trap', input: 0, output: 1 },
      { name: 'request', request: { path: '/' } },
      { name: 'fine', input: 1, output: 1 },
    )
    expect(await runTests(call, 'cognitive', tests)).toEqual([
      { name: 'trap', passed: false, detail: expect.stringContaining('divide by zero') },
      { name: 'request', passed: false, detail: 'it is no test for a cartridge that is cognitive' },
      { name: 'fine', passed: true },
    ])
  })

  test('throws what is no fault of the cartridge', async () => {
    await expect(runTests(made({}), 'cognitive', parsed({ name: 'x', input: 1, output: 1 }))).rejects.toThrow(
      'no invoke',
    )
  })
})
