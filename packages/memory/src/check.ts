/** Whether the tables of the memory agree with each other. */

import type { SqlDatabase } from '@salp/core'

/** What a check found. */
export interface MemoryCheck {
  readonly intact: boolean
  /** One sentence each. */
  readonly problems: readonly string[]
}

/**
 * Compares the full-text index with the records, both ways, and the counts with the rows. Reads everything.
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
  for (const { name } of miscounted.all()) problems.push(`The namespace "${name}" counts other records than it has`)
  return { intact: problems.length === 0, problems }
}
