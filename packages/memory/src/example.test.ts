import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runSource } from './testing/internal/run-source.js'

test('examples/remember.ts does what the README says', { timeout: 30_000 }, async () => {
  const child = runSource(fileURLToPath(new URL('../examples/remember.ts', import.meta.url)), [])
  if (child.stdout === null) throw new TypeError('Cannot read the example')
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(output).toMatchInlineSnapshot(`
    "remembered: added then known
    after a restart: The deploy key rotates on Fridays (user, stated)
    a question about something else: no-match
    contradicted: The deploy key was moved to Mondays (user, stated)
    as believed before: The deploy key rotates on Fridays (user, stated)
    kept as history: The deploy key rotates on Fridays until superseded by it: true
    forgotten: 2 records, then nothing: no-match
    left in file and log: 0
    "
  `)
  expect(code).toBe(0)
})
