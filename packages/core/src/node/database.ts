/** Opens SQLite files the way every part of Salp needs them. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { SalpError } from '../errors.js'
import type { SqlDatabase, SqlStatement } from '../sql.js'

/** An open database with a lifetime. */
export interface Database extends SqlDatabase {
  /** Path of the file, or `:memory:`. */
  readonly path: string
  /** Copies the whole database to `path`, while it is in use. */
  backup(path: string): Promise<void>
  /** Writes the log back into the file and closes it. May be called twice. */
  close(): void
  [Symbol.dispose](): void
}

/** How to open a database. */
export interface OpenDatabaseOptions {
  /** How long a write waits for another process's, in ms. @defaultValue `5000` */
  readonly busyTimeoutMs?: number | undefined
  /** Runs SQLite's quick check first; it reads the whole file. @defaultValue `true` */
  readonly check?: boolean | undefined
  /**
   * What a commit that returned survives: the end of the `process` (`kill -9`), or a loss of `power`, which waits for
   * the disk at each commit.
   *
   * @defaultValue `'process'`
   */
  readonly durability?: 'process' | 'power' | undefined
}

/**
 * Opens, or creates, a SQLite file in write-ahead mode: foreign keys on, deletes overwritten.
 *
 * @param path - A file, whose folder is made when missing, or `:memory:`.
 * @throws {@link DatabaseError} (`core/database-corrupt`, `-locked`, `-full`, `-open`).
 */
export function openDatabase(path: string, options: OpenDatabaseOptions = {}): Database {
  const { busyTimeoutMs = 5_000, check = true, durability = 'process' } = options
  let sqlite: Sqlite.Database | undefined
  try {
    if (path !== ':memory:') makeFolder(path)
    sqlite = new Sqlite(path, { timeout: busyTimeoutMs })
    useWriteAheadLog(sqlite, busyTimeoutMs)
    sqlite.pragma(`synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
    sqlite.pragma('foreign_keys = ON')
    sqlite.pragma('secure_delete = ON')
    if (check) {
      const verdict = String(sqlite.pragma('quick_check(1)', { simple: true }))
      if (verdict !== 'ok') throw new DatabaseError('corrupt', path, verdict)
    }
    return wrap(sqlite, path)
  } catch (error) {
    sqlite?.close()
    throw translate(error, path)
  }
}

/** Turns the log on. SQLite does not wait for other processes here, whatever its timeout, so this does. */
function useWriteAheadLog(sqlite: Sqlite.Database, busyTimeoutMs: number): void {
  const until = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      sqlite.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const busy = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!busy || performance.now() >= until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function wrap(sqlite: Sqlite.Database, path: string): Database {
  const run = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw translate(error, path)
    }
  }
  const close = (): void => void (sqlite.open && sqlite.close())
  const inTransaction = sqlite.transaction((work: () => unknown) => work())
  return {
    path,
    prepare: <Row>(sql: string) => {
      const statement = run(() => sqlite.prepare(sql))
      return {
        run: (...parameters) => run(() => statement.run(...parameters)),
        get: (...parameters) => run(() => statement.get(...parameters) as Row | undefined),
        all: (...parameters) => run(() => statement.all(...parameters) as Row[]),
        iterate: (...parameters) => statement.iterate(...parameters) as IterableIterator<Row>,
      } satisfies SqlStatement<Row>
    },
    exec: (sql) => void run(() => sqlite.exec(sql)),
    transaction: <T>(work: () => T) => run(() => inTransaction.immediate(work) as T),
    async backup(target) {
      try {
        await sqlite.backup(target)
      } catch (error) {
        throw translate(error, target)
      }
    },
    close,
    [Symbol.dispose]: close,
  }
}

/** Gives SQLite's failures a code of ours; all else passes as it is. */
function translate(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  const { code, message } = error
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return new DatabaseError('corrupt', path, message, error)
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return new DatabaseError('locked', path, message, error)
  if (code === 'SQLITE_FULL') return new DatabaseError('full', path, message, error)
  if (/^SQLITE_(?:CANTOPEN|READONLY|IOERR)/.test(code)) return new DatabaseError('open', path, message, error)
  return error
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new DatabaseError(code === 'ENOSPC' ? 'full' : 'open', path, message, error)
  }
}

const advice = {
  corrupt: 'Move the file away and restore a backup; Salp changes nothing in it',
  locked: 'Another process is writing; close it or try again',
  full: 'The disk is full; free some space and try again. Nothing that was saved is lost',
  open: 'Check that the folder exists and may be written',
} as const

/** A database that cannot be used; `code` tells why: `core/database-corrupt`, `-locked`, `-full` or `-open`. */
export class DatabaseError extends SalpError {
  readonly path: string
  constructor(condition: keyof typeof advice, path: string, why: string, cause?: unknown) {
    super(`core/database-${condition}`, `Cannot use the database "${path}": ${why}. ${advice[condition]}`, {
      cause,
      retryable: condition === 'locked' || condition === 'full',
    })
    this.path = path
  }
}
