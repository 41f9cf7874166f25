/** What a language model read from records, as rows: names beside those of the rules, and relations. */

import type { SqlDatabase } from '@salp/core'
import type { Reading, ReadRelation } from './extractor.js'
import { nameKey } from './names.js'

/** A record that a model has not read. */
export interface Unread {
  readonly seq: number
  readonly namespaceId: number
  readonly content: string
}

/** Prepares reading and writing. Every method is a few statements; the caller holds the transaction. */
export function createReadings(db: SqlDatabase) {
  const unread = db.prepare<Unread>(`SELECT r.seq, r.namespace_id AS namespaceId, r.content FROM memory_records AS r
    WHERE r.closed_at IS NULL AND r.sensitivity <= ? AND r.seq < ?
      AND NOT EXISTS (SELECT 1 FROM memory_readings WHERE seq = r.seq AND model = ?)
    ORDER BY r.seq DESC LIMIT ?`)
  const left = db.prepare<{ count: number }>(`SELECT count(*) AS count FROM memory_records AS r
    WHERE r.closed_at IS NULL AND r.sensitivity <= ?
      AND NOT EXISTS (SELECT 1 FROM memory_readings WHERE seq = r.seq AND model = ?)`)
  const isThere = db.prepare('SELECT 1 FROM memory_records WHERE seq = ? AND content = ?')
  const add = db.prepare('INSERT INTO memory_readings (seq, model, relations) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const idOf = db.prepare<{ id: number }>('SELECT id FROM memory_names WHERE namespace_id = ? AND key = ?')
  const addName = db.prepare('INSERT INTO memory_names (namespace_id, key, label, records) VALUES (?, ?, ?, 0)')
  const addMention = db.prepare(
    'INSERT INTO memory_mentions (name, seq, times) VALUES (?, ?, 1) ON CONFLICT DO NOTHING',
  )
  const countName = db.prepare('UPDATE memory_names SET records = records + 1 WHERE id = ?')
  const addAlias = db.prepare(
    'INSERT INTO memory_aliases (namespace_id, alias, key, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const relations = db.prepare<{ id: string; relations: string }>(`SELECT r.id, t.relations
    FROM json_each(?) AS e JOIN memory_records AS r ON r.id = e.value JOIN memory_readings AS t ON t.seq = r.seq`)

  const mention = (label: string, { seq, namespaceId }: Unread): void => {
    const key = nameKey(label)
    const id = idOf.get(namespaceId, key)?.id ?? addName.run(namespaceId, key, label).lastInsertRowid
    if (addMention.run(id, seq).changes > 0) countName.run(id)
  }

  return {
    /** Records up to a sensitivity that `model` has not read, newest first, from before a row. */
    unread: (model: string, sensitivity: number, before: number, limit: number): Unread[] =>
      unread.all(sensitivity, before, model, limit),

    /** How many are left. */
    left: (model: string, sensitivity: number): number => left.get(sensitivity, model)?.count ?? 0,

    /** Writes what was read, unless the record has gone or changed meanwhile. */
    put(model: string, record: Unread, { names, relations: read }: Reading): void {
      if (isThere.get(record.seq, record.content) === undefined) return
      add.run(record.seq, model, JSON.stringify(read))
      for (const { name, aliases } of names) {
        mention(name, record)
        for (const alias of aliases) addAlias.run(record.namespaceId, nameKey(alias), nameKey(name), record.seq)
      }
    },

    /** Relations that were read from records, by their ids. */
    relations(ids: readonly string[]): Map<string, ReadRelation[]> {
      const found = new Map<string, ReadRelation[]>()
      for (const row of relations.all(JSON.stringify(ids)))
        found.set(row.id, [...(found.get(row.id) ?? []), ...(JSON.parse(row.relations) as ReadRelation[])])
      return found
    },
  }
}
