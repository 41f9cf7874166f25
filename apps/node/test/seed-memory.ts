/** Fills the memory of a home before its node starts. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createIdSource, createRng, migrate, type Rng } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { createMemory, type MemoryInput, memoryMigrations } from '@salp/memory'

const firsts = ['Ma', 'Ro', 'Ka', 'Ste', 'Li', 'Bo', 'Ha', 'Ve', 'Ju', 'To']
const seconds = ['ra', 'lin', 'ven', 'do', 'mi', 'bert', 'na', 'ris', 'lo', 'gan']
const places = ['Bran', 'Vel', 'Kest', 'Mor', 'Tal', 'Ost', 'Fen', 'Gril', 'Hol', 'Pas']
const ends = ['ner', 'wick', 'mark', 'sen', 'ford', 'ley', 'man', 'dal', 'berg', 'ton']

/** The nth of ten thousand names, such as `Mara Branner`. */
export function nameOf(index: number): string {
  const digit = (place: number): number => Math.floor(index / 10 ** place) % 10
  return `${firsts[digit(0)]}${seconds[digit(1)]} ${places[digit(2)]}${ends[digit(3)]}`
}

/** Records that name `names` people, each at least once, in circles of forty who meet mostly each other. */
export function meetings(names: number, rng: Rng = createRng('meetings')): MemoryInput[] {
  const circle = 40
  return Array.from({ length: names }, (_, index) => {
    const start = index - (index % circle)
    const beside = (): number => Math.min(names - 1, start + Math.floor(rng() ** 2 * circle))
    const third = rng() < 0.02 ? Math.floor(rng() * names) : beside()
    const people = [...new Set([index, beside(), beside(), third])].map(nameOf)
    return { content: `Then ${people.join(' met ')} in the hall`, kind: 'event', source: { author: 'import' } }
  })
}

/** Writes records into the home's memory. */
export async function seedMemory(home: string, records: readonly MemoryInput[]): Promise<void> {
  mkdirSync(home, { recursive: true })
  const db = openDatabase(join(home, 'salp.db'))
  try {
    migrate(db, 'memory', memoryMigrations)
    const ids = createIdSource({ clock: systemClock, rng: createRng('seed') })
    await createMemory({ db, clock: systemClock, ids }).rememberAll(records)
  } finally {
    db.close()
  }
}
