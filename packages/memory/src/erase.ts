/** The bytes of what was deleted. */

import type { SqlDatabase } from '@salp/core'

/** Largest file that {@link eraseSoon} rewrites, in bytes: 64 MiB, which takes under half a second. */
const quickBytes = 64 * 2 ** 20

/**
 * Rewrites the file without any trace of what was deleted, and empties the log. Blocks; takes about 6 ms a megabyte.
 *
 * `secure_delete` overwrites deleted rows where they stand, but not the copies that moving rows from page to page has left
 * in the free space of pages (seen after deletes of many rows at once). A rewritten file has no free space.
 *
 * @returns Whether every byte is gone; not while another connection reads, or inside a transaction.
 */
export function eraseDeleted(db: SqlDatabase): boolean {
  try {
    db.exec('VACUUM')
    return db.prepare<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0
  } catch {
    // The rows are gone; their bytes stay until the next time. The caller tells.
    return false
  }
}

/** {@link eraseDeleted} where that is quick; a larger file keeps it for an idle moment of its owner. */
export function eraseSoon(db: SqlDatabase): boolean {
  const size = db.prepare<{ bytes: number }>(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  )
  return (size.get()?.bytes ?? 0) <= quickBytes && eraseDeleted(db)
}
