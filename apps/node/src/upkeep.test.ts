import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdSource, createRng, migrate, silentLogger } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { createExperience, createMemory, memoryMigrations } from '@salp/memory'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createUpkeep } from './upkeep.js'

const minute = 60_000
const day = 86_400_000

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp upkeep '))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(busy = () => false) {
  const db = openDatabase(':memory:')
  migrate(db, 'memory', memoryMigrations)
  const clock = stoppedClock(1_704_110_400_000)
  const memory = createMemory({ db, clock, ids: createIdSource({ clock, rng: createRng('upkeep') }) })
  const experience = createExperience({ db, memory, clock })
  const deps = { memory, experience, clock, log: silentLogger, busy }
  const create = () => createUpkeep(deps, { stamp: join(folder, 'upkeep'), readPerDay: 0 })
  return { clock, memory, create }
}

/** Whether a repeat that was written now is merged `ms` later. */
async function merges({ clock, memory }: ReturnType<typeof open>, ms: number): Promise<boolean> {
  const word = `pump${clock.now()}`
  await memory.rememberAll([
    { content: `The ${word} hums`, source: { author: 'user' } },
    { content: `the ${word} hums!`, source: { author: 'agent' } },
  ])
  await clock.advance(ms)
  return (await memory.stats()).superseded > 0
}

describe('createUpkeep()', () => {
  test('cares a minute after the start, then once a day, also across restarts', async () => {
    const parts = open()
    const first = parts.create()
    first.start()
    expect(await merges(parts, minute)).toBe(true)
    await parts.memory.forget({ namespace: 'default' })
    await first.close()
    const second = parts.create()
    second.start()
    expect(await merges(parts, 5 * minute)).toBe(false)
    expect(await merges(parts, day)).toBe(true)
    await second.close()
  })

  test('waits while a turn runs', async () => {
    let busy = true
    const parts = open(() => busy)
    const upkeep = parts.create()
    upkeep.start()
    expect(await merges(parts, 10 * minute)).toBe(false)
    busy = false
    expect(await merges(parts, minute)).toBe(true)
    await upkeep.close()
  })
})
