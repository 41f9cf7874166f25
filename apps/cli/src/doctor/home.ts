/** Checks of the home folder: that it can be written, has room, keeps its secret, and that its database is sound. */

import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describeError, type Migration } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import type { HomePaths } from '../client/home.js'
import type { Check, Finding } from './check.js'

/** Steps of the packages that keep tables, by package. */
export type KnownMigrations = Readonly<Record<string, readonly Migration[]>>

/** Free space below which the home folder cannot be trusted, and below which it will soon be, in bytes. */
const leastFreeBytes = 50 * 1_048_576
const goodFreeBytes = 1_024 * 1_048_576

/** Gives the checks of the home folder. `migrations` says what the tables of this release are. */
export function homeChecks(home: HomePaths, migrations: KnownMigrations): Check[] {
  return [
    { id: 'home', title: 'Home folder', find: () => checkHome(home.path) },
    { id: 'disk', title: 'Disk space', find: () => checkSpace(home.path) },
    { id: 'token', title: 'Token', find: () => checkToken(home.token) },
    { id: 'database', title: 'Database', find: () => checkDatabase(home.database) },
    { id: 'migrations', title: 'Tables', find: () => checkTables(home.database, migrations) },
  ]
}

/** Checks that the folder is there and its owner's alone, or can be made. */
export function checkHome(path: string): Finding {
  const place = existing(path)
  const fix = 'Give yourself the right to write there, or choose another with --home or SALP_HOME'
  if (!statSync(place).isDirectory()) return { status: 'fail', detail: `${place} is not a folder`, fix }
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch {
    return { status: 'fail', detail: `${place} may not be written to`, fix }
  }
  if (place !== path) return { status: 'pass', detail: `${path}, made at the first start` }
  if (isOpenToOthers(path))
    return { status: 'warn', detail: `${path} can be read by others`, fix: `chmod 700 "${path}"` }
  return { status: 'pass', detail: path }
}

function checkSpace(path: string): Finding {
  const { bavail, bsize } = statfsSync(existing(path))
  return judgeSpace(bavail * bsize)
}

/** Judges how much space is left. */
export function judgeSpace(freeBytes: number): Finding {
  const detail = `${(freeBytes / 1_073_741_824).toFixed(1)} GiB free`
  const fix = 'Free some space on the disk of the home folder, or move it: --home or SALP_HOME'
  if (freeBytes < leastFreeBytes) return { status: 'fail', detail, fix }
  return freeBytes < goodFreeBytes ? { status: 'warn', detail, fix } : { status: 'pass', detail }
}

/** Checks that only its owner can read the secret. */
export function checkToken(path: string): Finding {
  if (!existsSync(path)) return { status: 'skip', detail: 'made at the first start' }
  if (statSync(path).size === 0)
    return { status: 'fail', detail: `${path} is empty`, fix: 'Remove it and start again; a new one is made' }
  if (isOpenToOthers(path)) {
    return {
      status: 'fail',
      detail: `${path} can be read by others, who could act as you`,
      fix: `chmod 600 "${path}", then remove it and start again for a new one`,
    }
  }
  return { status: 'pass', detail: 'yours alone' }
}

/** Opens the database and runs SQLite's quick check; it is not made if it is not there. */
export function checkDatabase(path: string): Finding {
  return withDatabase(path, { check: true }, () => ({
    status: 'pass',
    detail: `sound, ${(statSync(path).size / 1_048_576).toFixed(1)} MiB`,
  }))
}

/** Checks that the tables are of a release that this one knows. */
export function checkTables(path: string, known: KnownMigrations): Finding {
  return withDatabase(path, { check: false }, (db) => {
    const exists = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'core_migrations'").get()
    if (exists === undefined) return { status: 'skip', detail: 'made at the first start' }
    const found = db.prepare<{ owner: string; version: number }>('SELECT owner, version FROM core_migrations').all()
    const newer = found.filter(({ owner, version }) => version > (known[owner]?.length ?? version))
    if (newer.length > 0) {
      const owners = newer.map(({ owner }) => owner).join(', ')
      return {
        status: 'fail',
        detail: `written by a newer Salp (${owners})`,
        fix: 'Use that release, or another home folder',
      }
    }
    const behind = Object.entries(known).filter(
      ([name, steps]) => (found.find(({ owner }) => owner === name)?.version ?? 0) < steps.length,
    )
    if (behind.length > 0)
      return {
        status: 'pass',
        detail: `${behind.map(([name]) => name).join(', ')} brought up to date at the next start`,
      }
    return { status: 'pass', detail: found.map(({ owner, version }) => `${owner} ${version}`).join(', ') }
  })
}

function withDatabase(path: string, options: { check: boolean }, find: (db: Database) => Finding): Finding {
  if (!existsSync(path)) return { status: 'skip', detail: 'made at the first start' }
  try {
    using db = openDatabase(path, options)
    return find(db)
  } catch (error) {
    return {
      status: 'fail',
      detail: describeError(error),
      fix: `Keep a copy of "${path}" before anything else; another home starts afresh: --home`,
    }
  }
}

function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
}

/** The nearest folder above that exists, or the path itself. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path))
}
