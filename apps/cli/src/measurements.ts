/** What was measured, on disk: `bench.db` of the home folder, beside the node's own database. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrate, type SqlDatabase } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { evalMigrations } from '@salp/eval'
import type { HomePaths } from './client/home.js'

/** Works with the database of a home folder, made where it is missing. */
export async function withMeasurements<T>(
  { path }: Pick<HomePaths, 'path'>,
  work: (db: SqlDatabase) => T | Promise<T>,
): Promise<T> {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  using db = openDatabase(join(path, 'bench.db'))
  migrate(db, 'eval', evalMigrations)
  return await work(db)
}
