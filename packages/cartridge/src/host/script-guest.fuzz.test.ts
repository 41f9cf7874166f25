/** Whatever a script is made of, and whatever it does: an answer or a typed error, in bounded time. */

import { createRng } from '@salp/core'
import { expect, test } from 'vitest'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { capabilities } from '../rewrite/abi.js'
import { get, script, testHost } from '../testing/internal/host.js'

/** What sources are put together from. */
const pieces = [
  ...[
    'export ',
    'function ',
    'handle',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ';',
    ',',
    '.',
    '=',
    '=>',
    '...',
    '`',
    '"',
    "'",
    '/',
    '\n',
  ],
  ...[
    'return ',
    'throw ',
    'new ',
    'await ',
    'async ',
    'yield ',
    'try ',
    'catch ',
    'finally ',
    'for ',
    'while ',
    'const a = ',
  ],
  ...[
    'request',
    'http',
    'kv.get',
    'kv.set',
    'kv.list',
    'log',
    'now',
    'random',
    'payment',
    'call',
    'Date',
    'Math.random',
    'this',
  ],
  ...[
    'Proxy',
    'Reflect',
    'Symbol.iterator',
    'Promise.resolve()',
    'Function',
    'eval',
    'globalThis',
    '__proto__',
    'constructor',
  ],
  ...[
    'JSON.parse',
    'JSON.stringify',
    'RegExp',
    'Array',
    'String',
    'Error',
    '1e9',
    '-1',
    '2n',
    'null',
    'undefined',
    '\u{d800}',
  ],
  ...['.prototype', '.call', '.apply', '.bind', '.toString', '.valueOf', '.toJSON', '.then', '.length', '.repeat(99)'],
]

test('createCartridgeHost() answers any script with a result or a typed error', async () => {
  const random = createRng('scripts')
  const host = testHost()
  const whole = (below: number): number => Math.floor(random() * below)
  const noise = (): string => String.fromCharCode(...Array.from({ length: whole(60) }, () => whole(0x10000)))
  const soup = (): string => Array.from({ length: whole(30) }, () => pieces[whole(pieces.length)]).join('')
  const inside = (): string =>
    `export function handle(request) { try { ${soup()} } catch (a) { ${soup()} } return ${soup()} 1 }`
  const expression = (): string => {
    const value = (): string => pieces[32 + whole(32)] ?? ''
    return `export function handle(request) { const x = ${value()}; try { return ${value()}(${value()}, x, ${value()}) } catch { return [x] } }`
  }
  let ran = 0
  for (let round = 0; round < 600; round++) {
    const source = [noise, soup, inside, expression, expression][round % 5]?.() ?? ''
    const limits = { fuel: 20_000_000, initFuel: 20_000_000 }
    try {
      await host.load(script(source, { capabilities, callTargets: ['a'], limits }))
      host.call('a', 'request', get('/go'))
      ran++
    } catch (error) {
      if (!(error instanceof CartridgeTrap || error instanceof CartridgeRejected))
        throw new Error(source, { cause: error })
    }
  }
  expect(ran).toBeGreaterThan(20)
  await host.load(script('export const handle = () => "well"'))
  expect(host.call('a', 'request', get('/go')).output.status).toBe(200)
}, 30_000)
