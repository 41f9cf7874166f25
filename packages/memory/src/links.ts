/** The names that records mention, as rows: who is written where, and who is whom. */

import type { SqlDatabase } from '@salp/core'
import type { Annotation } from './annotate.js'
import type { Edge } from './push.js'
import type { GraphEdge } from './topics.js'

/** A stored name. */
export interface NameRow {
  readonly id: number
  readonly key: string
  readonly label: string
  /** Records that mention it. */
  readonly records: number
}

/** Prepares the writing of a record's names and aliases. */
export function prepareLinks(db: SqlDatabase) {
  const idOf = db.prepare<{ id: number }>('SELECT id FROM memory_names WHERE namespace_id = ? AND key = ?')
  const addName = db.prepare('INSERT INTO memory_names (namespace_id, key, label, records) VALUES (?, ?, ?, 1)')
  const countName = db.prepare('UPDATE memory_names SET records = records + 1 WHERE id = ?')
  const addMention = db.prepare('INSERT INTO memory_mentions (name, seq, times) VALUES (?, ?, ?)')
  const addAlias = db.prepare(
    'INSERT INTO memory_aliases (namespace_id, alias, key, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return (seq: number, namespaceId: number, { names, aliases }: Annotation): void => {
    for (const [key, { label, times }] of names) {
      const known = idOf.get(namespaceId, key)?.id
      const id = known ?? addName.run(namespaceId, key, label).lastInsertRowid
      if (known !== undefined) countName.run(known)
      addMention.run(id, seq, times)
    }
    for (const { name, alias } of aliases) addAlias.run(namespaceId, alias, name, seq)
  }
}

/** Limits of the walk: which records may be passed, and which names are too common to tell anything. */
export interface WalkLimits {
  readonly sensitivity: number
  readonly now: number
  /** Most records of a name that is followed. */
  readonly hub: number
}

/** Prepares the reading of names. Records are nodes by `seq`; names by the negative of their id. */
export function prepareGraph(db: SqlDatabase) {
  const byKey = db.prepare<NameRow>(
    'SELECT id, key, label, records FROM memory_names WHERE namespace_id = ? AND key IN (SELECT value FROM json_each(?))',
  )
  const byAlias = db.prepare<NameRow & { alias: string }>(`SELECT n.id, n.key, n.label, n.records, a.alias
    FROM memory_aliases AS a CROSS JOIN memory_names AS n ON n.namespace_id = a.namespace_id AND n.key = a.key
    WHERE a.namespace_id = ? AND a.alias IN (SELECT value FROM json_each(?))`)
  const recordsOf = db.prepare<{
    name: number
    seq: number
    times: number
  }>(`SELECT m.name, m.seq, m.times FROM json_each(?) AS e
    CROSS JOIN memory_mentions AS m ON m.name = e.value CROSS JOIN memory_records AS r ON r.seq = m.seq
    WHERE r.sensitivity <= ? AND (r.expires_at IS NULL OR r.expires_at > ?) AND r.closed_at IS NULL`)
  const namesOf = db.prepare<{
    seq: number
    name: number
    times: number
    records: number
  }>(`SELECT m.seq, m.name, m.times, n.records
    FROM json_each(?) AS e CROSS JOIN memory_mentions AS m ON m.seq = e.value CROSS JOIN memory_names AS n ON n.id = m.name
    WHERE n.records BETWEEN 2 AND ?`)
  const common = db.prepare<
    NameRow & { total: number }
  >(`SELECT n.id, n.key, n.label, count(*) AS records, count(*) OVER () AS total
    FROM memory_names AS n JOIN memory_mentions AS m ON m.name = n.id JOIN memory_records AS r ON r.seq = m.seq
    WHERE n.namespace_id = ? AND r.sensitivity <= ? AND r.closed_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > ?)
    GROUP BY n.id ORDER BY records DESC, n.id LIMIT ?`)
  // The plus keeps SQLite from trying every asked name with every record: 100 times slower at 5,000 names in 100,000 records.
  const together = db.prepare<GraphEdge>(`SELECT a.name AS "from", b.name AS "to", count(*) AS records
    FROM json_each(?) AS e CROSS JOIN memory_mentions AS a ON a.name = e.value CROSS JOIN memory_records AS r ON r.seq = a.seq
    CROSS JOIN memory_mentions AS b ON b.seq = a.seq
    WHERE +b.name > a.name AND +b.name IN (SELECT value FROM json_each(?)) AND r.sensitivity <= ? AND r.closed_at IS NULL
      AND (r.expires_at IS NULL OR r.expires_at > ?)
    GROUP BY 1, 2 ORDER BY 1, 2`)
  const mentioning = db.prepare<{ seq: number }>(
    'SELECT seq FROM memory_mentions WHERE name = ? ORDER BY seq DESC LIMIT ?',
  )
  return {
    /** The most common names, how many there are in all, and the pairs of them that share records. */
    picture(
      namespaceId: number,
      limit: number,
      sensitivity: number,
      now: number,
    ): { names: NameRow[]; total: number; edges: GraphEdge[] } {
      const names = common.all(namespaceId, sensitivity, now, limit)
      const ids = JSON.stringify(names.map(({ id }) => id))
      return { names, total: names[0]?.total ?? 0, edges: together.all(ids, ids, sensitivity, now) }
    },

    /** Newest records that mention a name. */
    mentioning: (name: number, limit: number): number[] => mentioning.all(name, limit).map(({ seq }) => seq),

    /** Names with these keys or aliases, each once. */
    find(namespaceId: number, keys: readonly string[]): (NameRow & { readonly asked: string })[] {
      if (keys.length === 0) return []
      const asked = JSON.stringify(keys)
      const found = new Map(byKey.all(namespaceId, asked).map((row) => [row.id, { ...row, asked: row.key }]))
      for (const { alias, ...row } of byAlias.all(namespaceId, asked)) {
        if (!found.has(row.id)) found.set(row.id, { ...row, asked: alias })
      }
      return [...found.values()]
    },

    /** Edges of the nodes, both ways. A rare name tells more about what belongs together than a common one, and one said twice a little more. */
    neighbours:
      ({ sensitivity, now, hub }: WalkLimits) =>
      (nodes: readonly number[]): Map<number, Edge[]> => {
        const edges = new Map<number, Edge[]>(nodes.map((node) => [node, []]))
        const names = nodes.flatMap((node) => (node < 0 ? [-node] : []))
        const records = nodes.filter((node) => node >= 0)
        if (names.length > 0) {
          for (const { name, seq, times } of recordsOf.all(JSON.stringify(names), sensitivity, now))
            edges.get(-name)?.push([seq, Math.sqrt(times)])
        }
        if (records.length > 0) {
          for (const { seq, name, times, records: shared } of namesOf.all(JSON.stringify(records), hub)) {
            edges.get(seq)?.push([-name, Math.sqrt(times) / Math.log1p(shared)])
          }
        }
        return edges
      },
  }
}
