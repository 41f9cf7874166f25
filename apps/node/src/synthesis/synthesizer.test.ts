import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unlearned } from '@salp/models/synthesis'
import { afterEach, expect, test } from 'vitest'
import { openSynthesizer } from './synthesizer.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A home in which that was learnt, if anything was. */
function home(learnt?: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'salp synth '))
  folders.push(folder)
  mkdirSync(join(folder, 'models'))
  if (learnt !== undefined) writeFileSync(join(folder, 'models', 'synthesizer.json'), JSON.stringify(learnt))
  return folder
}

const task = {
  signature: {
    name: 'add',
    parameters: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
    ],
    returns: 'number',
  },
  examples: [
    { args: [1, 2], returns: 3 },
    { args: [5, 7], returns: 12 },
    { args: [-4, 1], returns: -3 },
  ],
}
const { signal } = new AbortController()

test.each([
  ['nothing was learnt', undefined],
  ['something was', { lesson: 'l', state: unlearned }],
])('openSynthesizer() finds a function where %s', { timeout: 30_000 }, async (_, learnt) => {
  const found = await openSynthesizer({ folder: home(learnt) }).solve(task, { signal })
  expect(found).toMatchObject({ status: 'found', source: expect.stringContaining('export function add') })
})

test('openSynthesizer() says that what was learnt is malformed', async () => {
  const { solve } = openSynthesizer({ folder: home({ state: { version: 'none' } }) })
  await expect(solve(task, { signal })).rejects.toThrow()
})
