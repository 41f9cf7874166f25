/** Whether the tables of the memory agree with each other. */

import type { SqlDatabase } from '@salp/core'

/** What a check found. */
export interface MemoryCheck {
  readonly intact: boolean
  /** One sentence each. */
  readonly problems: readonly string[]
}

/** What must not be there, and how to count it. */
const orphans: readonly (readonly [string, string])[] = [
  [
    'Mentions of names in records that are gone',
    'SELECT count(*) AS count FROM memory_mentions WHERE seq NOT IN (SELECT seq FROM memory_records)',
  ],
  [
    'Names that count other records than mention them',
    `SELECT count(*) AS count FROM memory_names AS n
      WHERE records <> (SELECT count(*) FROM memory_mentions WHERE name = n.id) OR records = 0`,
  ],
  [
    'Aliases told by records that are gone',
    'SELECT count(*) AS count FROM memory_aliases WHERE seq NOT IN (SELECT seq FROM memory_records)',
  ],
  [
    'Vectors of records that are gone',
    'SELECT count(*) AS count FROM memory_vectors WHERE seq NOT IN (SELECT seq FROM memory_records)',
  ],
  [
    'Threads without a record',
    'SELECT count(*) AS count FROM memory_threads WHERE id NOT IN (SELECT thread FROM memory_records WHERE thread IS NOT NULL)',
  ],
  [
    'Episodes, lessons, evidence or readings of records that are gone',
    `SELECT count(*) AS count FROM (
      SELECT seq FROM memory_episodes UNION ALL SELECT seq FROM memory_lessons UNION ALL SELECT seq FROM memory_readings
      UNION ALL SELECT lesson FROM memory_evidence UNION ALL SELECT episode FROM memory_evidence
    ) WHERE seq NOT IN (SELECT seq FROM memory_records)`,
  ],
  [
    'Summaries that outlive a source',
    `SELECT count(*) AS count FROM memory_condensed
      WHERE source NOT IN (SELECT seq FROM memory_records) OR summary NOT IN (SELECT seq FROM memory_records)`,
  ],
]

/**
 * Compares the full-text index with the records, both ways, the counts with the rows, and looks for names, aliases, vectors,
 * threads and summaries that outlived their records. Reads everything.
 *
 * An intact memory has in its index the words of its records and no others: nothing of what was forgotten.
 */
export function checkMemory(db: SqlDatabase): MemoryCheck {
  const problems: string[] = []
  try {
    db.exec("INSERT INTO memory_text (memory_text, rank) VALUES ('integrity-check', 1)")
  } catch (error) {
    problems.push(
      `The full-text index differs from the records: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const miscounted = db.prepare<{ name: string }>(`SELECT name FROM memory_namespaces AS n
    WHERE records <> (SELECT count(*) FROM memory_records WHERE namespace_id = n.id)`)
  for (const [sentence, sql] of orphans) {
    const { count = 0 } = db.prepare<{ count: number }>(sql).get() ?? {}
    if (count > 0) problems.push(`${sentence}: ${count}`)
  }
  for (const { name } of miscounted.all()) problems.push(`The namespace "${name}" counts other records than it has`)
  return { intact: problems.length === 0, problems }
}
