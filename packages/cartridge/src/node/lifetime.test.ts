import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runSource } from '../testing/internal/run-source.js'

test('openAssemblyScript() and openThreadHost() keep no process alive that forgets to close them', {
  timeout: 60_000,
}, async () => {
  const program = runSource(fileURLToPath(new URL('../testing/internal/compile-and-leave.ts', import.meta.url)))
  const { stdout } = program
  if (stdout === null) throw new TypeError('no output')
  const [said, [code]] = await Promise.all([text(stdout), once(program, 'exit')])
  expect([said, code]).toEqual(['hi\n', 0])
})
