import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unlearned } from '../state.js'
import { readSavedState, saveState } from './saved-state.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'salp synthesizer '))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('readSavedState()', () => {
  test('gives nothing where nothing was learnt', async () => {
    expect(await readSavedState(home)).toBeUndefined()
  })

  test('gives what saveState() wrote last, and nothing else lies there', async () => {
    await saveState(home, { lesson: 'first', state: unlearned })
    const last = { lesson: 'second', state: { ...unlearned, counts: { 'result:number': { sum: 2 } } } }
    await saveState(home, last)
    expect(await readSavedState(home)).toEqual(last)
    expect(await readdir(join(home, 'models'))).toEqual(['synthesizer.json'])
  })

  test.each(['', '{', '{"state":{}}', '{"lesson":"x","state":{"version":2}}'])('throws for %j', async (text) => {
    await saveState(home, { lesson: 'x', state: unlearned })
    await writeFile(join(home, 'models', 'synthesizer.json'), text)
    await expect(readSavedState(home)).rejects.toThrow()
  })
})
