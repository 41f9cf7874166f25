/** What is known about one name, read anew from the records each time: nothing here can go stale or outlive a delete. */

import type { ReadRelation } from './extractor.js'
import { nameKey } from './names.js'
import type { MemoryRecord } from './record.js'
import { findRelations, subjectKey } from './relations.js'

/** A relation, and the record that tells it. */
export interface KnownRelation {
  readonly relation: string
  /** The other side, as written. */
  readonly other: string
  /** Whether the name is the subject, or what is told of another. */
  readonly direction: 'from' | 'to'
  readonly record: string
  readonly confidence: number
  /** Range [−1, 1]. */
  readonly valence: number
}

/** Everything about a name. */
export interface About {
  readonly name: string
  /** Records that mention it, newest first. */
  readonly records: readonly MemoryRecord[]
  readonly relations: readonly KnownRelation[]
  /** How it fares by what is told: the mean of its relations, weighed by confidence. Range [−1, 1]. */
  readonly valence: number
  /** One line: its strongest relations. */
  readonly gist: string
}

/** Puts together what `records`, newest first, tell of `name`, by rules and by what a model read. */
export function tellAbout(
  name: string,
  records: readonly MemoryRecord[],
  readings: ReadonlyMap<string, readonly ReadRelation[]>,
): About {
  const key = nameKey(name)
  const relations = records.flatMap((record) => {
    const ruled = findRelations(record.content).map(({ subject, attribute, value, valence }) => {
      return { subject, relation: attribute, object: value, confidence: 1, valence }
    })
    const pairs = new Set(ruled.map(({ subject, object }) => JSON.stringify([subjectKey(subject), nameKey(object)])))
    const read = (readings.get(record.id) ?? []).filter(
      ({ subject, object }) => !pairs.has(JSON.stringify([subjectKey(subject), nameKey(object)])),
    )
    return [...ruled, ...read].flatMap(({ subject, relation, object, confidence, valence }): KnownRelation[] => {
      const known = { relation, record: record.id, confidence: confidence * record.confidence, valence }
      if (subjectKey(subject) === key) return [{ ...known, other: object, direction: 'from' }]
      return ` ${nameKey(object)} `.includes(` ${key} `) ? [{ ...known, other: subject, direction: 'to' }] : []
    })
  })
  const total = relations.reduce((sum, { confidence }) => sum + confidence, 0)
  const valence = total === 0 ? 0 : relations.reduce((sum, one) => sum + one.confidence * one.valence, 0) / total
  const own = new Map<string, KnownRelation>()
  for (const one of relations) if (one.direction === 'from' && !own.has(one.relation)) own.set(one.relation, one)
  const strongest = [...own.values()].sort((a, b) => b.confidence - a.confidence).slice(0, 3)
  const told = strongest.map(({ relation, other }) => `${relation} ${other}`).join('; ')
  const tone = valence >= 0.3 ? ', well' : valence <= -0.3 ? ', badly' : ''
  return {
    name,
    records,
    relations,
    valence,
    gist: told === '' ? `${name}: in ${records.length} records` : `${name}${tone}: ${told}`,
  }
}
