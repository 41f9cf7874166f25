/** What our packages ask of SQLite, and how a package's tables come to their present shape. */

import { SalpError } from './errors.js'

/** A value SQLite can hold. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** A prepared statement; `Row` is what a query returns, as the statement's text promises. */
export interface SqlStatement<Row> {
  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...parameters: readonly SqlValue[]): Row | undefined
  all(...parameters: readonly SqlValue[]): Row[]
  iterate(...parameters: readonly SqlValue[]): IterableIterator<Row>
}

/** A synchronous SQLite connection; better-sqlite3 satisfies it, and so do the WebAssembly builds with a thin shim. */
export interface SqlDatabase {
  prepare<Row = Record<string, SqlValue>>(sql: string): SqlStatement<Row>
  exec(sql: string): void
  /** Runs `work` in a transaction (a savepoint when nested); whatever it throws rolls back. */
  transaction<T>(work: () => T): T
}

/** One step of a package's tables. Steps are append-only: a released one is never edited. */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly version: number
  readonly name: string
  /** Statements, or a function for what SQL cannot say. */
  readonly up: string | ((db: SqlDatabase) => void)
}

/**
 * Brings the tables of one package to the newest version, all steps or none.
 *
 * @param owner - The package's name; its tables carry it as a prefix.
 * @returns How many steps ran.
 * @throws {@link MigrationError} (`core/migration`) if the file was written by a newer version, or a step fails.
 */
export function migrate(db: SqlDatabase, owner: string, migrations: readonly Migration[]): number {
  const gap = migrations.findIndex((migration, index) => migration.version !== index + 1)
  if (gap >= 0)
    throw new RangeError(`Cannot migrate "${owner}": step ${gap + 1} has version ${migrations[gap]?.version}`)
  return db.transaction(() => {
    db.exec('CREATE TABLE IF NOT EXISTS core_migrations (owner TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT')
    const row = db.prepare<{ version: number }>('SELECT version FROM core_migrations WHERE owner = ?').get(owner)
    const found = row?.version ?? 0
    if (found > migrations.length) {
      throw new MigrationError(
        owner,
        `the database is at version ${found}, this program knows ${migrations.length}. Use a newer Salp, or another home folder`,
      )
    }
    for (const { version, name, up } of migrations.slice(found)) {
      try {
        if (typeof up === 'string') db.exec(up)
        else up(db)
      } catch (cause) {
        throw new MigrationError(owner, `step ${version}, "${name}", failed`, cause)
      }
    }
    db.prepare(
      'INSERT INTO core_migrations (owner, version) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET version = excluded.version',
    ).run(owner, migrations.length)
    return migrations.length - found
  })
}

/** Tables that cannot be brought to their present shape. */
export class MigrationError extends SalpError {
  readonly owner: string
  constructor(owner: string, why: string, cause?: unknown) {
    super('core/migration', `Cannot migrate the tables of "${owner}": ${why}`, { cause })
    this.owner = owner
  }
}
