/** What a workshop knows of its cartridges, on disk. */

import type { SqlDatabase } from '@salp/core'
import { type CartridgeDraft, draftSchema, type Language, languages } from '../protocol.js'
import { type Kind, kinds } from '../rewrite/abi.js'

/** A cartridge as its author left it. */
export interface CatalogItem {
  readonly id: string
  readonly kind: Kind
  readonly language: Language
  readonly draft: CartridgeDraft
  readonly revision: number
  /** The version that answers. */
  readonly active: number | undefined
  /** Versions that answered before it, oldest first. */
  readonly trail: readonly number[]
  readonly published: boolean
  readonly price: string | undefined
  /** In ms since the epoch. */
  readonly changedAt: number
}

/** A version that was let in; what runs is kept elsewhere, under its hash. */
export interface CatalogVersion {
  readonly cartridge: string
  readonly number: number
  /** What it was made from. */
  readonly draft: CartridgeDraft
  readonly sha256: string
  readonly bytes: number
  /** In ms since the epoch. */
  readonly createdAt: number
}

/** Cartridges and their versions. */
export interface Catalog {
  /** All, the one changed last first. */
  list(): CatalogItem[]
  get(id: string): CatalogItem | undefined
  /** Adds or replaces. */
  put(item: CatalogItem): void
  /** Deletes with its versions. */
  delete(id: string): void
  /** Newest first. */
  versions(id: string): CatalogVersion[]
  version(id: string, number: number): CatalogVersion | undefined
  /** Adds or replaces, and forgets the oldest beyond those that are kept. */
  putVersion(version: CatalogVersion): void
  /** Runs `work` as one change. */
  transaction<Result>(work: () => Result): Result
}

interface ItemRow {
  readonly id: string
  readonly kind: string
  readonly language: string
  readonly draft: string
  readonly revision: number
  readonly active: number | null
  readonly trail: string
  readonly published: number
  readonly price: string | null
  readonly changed_at: number
}

interface VersionRow {
  readonly cartridge: string
  readonly number: number
  readonly draft: string
  readonly sha256: string
  readonly bytes: number
  readonly created_at: number
}

/** Versions of a cartridge that are kept. */
const keptVersions = 50

/** Opens a catalog in the tables of `cartridgeMigrations`. */
export function openCatalog(db: SqlDatabase): Catalog {
  const all = db.prepare<ItemRow>('SELECT * FROM cartridge_item ORDER BY changed_at DESC, id')
  const one = db.prepare<ItemRow>('SELECT * FROM cartridge_item WHERE id = ?')
  const put = db.prepare(`
INSERT INTO cartridge_item (id, kind, language, draft, revision, active, trail, published, price, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, revision = excluded.revision, active = excluded.active,
  trail = excluded.trail, published = excluded.published, price = excluded.price, changed_at = excluded.changed_at`)
  const remove = db.prepare('DELETE FROM cartridge_item WHERE id = ?')
  const removeVersions = db.prepare('DELETE FROM cartridge_version WHERE cartridge = ?')
  const allVersions = db.prepare<VersionRow>('SELECT * FROM cartridge_version WHERE cartridge = ? ORDER BY number DESC')
  const oneVersion = db.prepare<VersionRow>('SELECT * FROM cartridge_version WHERE cartridge = ? AND number = ?')
  const putVersion = db.prepare(`
INSERT INTO cartridge_version (cartridge, number, draft, sha256, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (cartridge, number) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes`)
  const forget = db.prepare(`
DELETE FROM cartridge_version WHERE cartridge = ? AND number <= ?`)
  return {
    list: () => all.all().map(itemOf),
    get(id) {
      const row = one.get(id)
      return row && itemOf(row)
    },
    put(item) {
      const { id, kind, language, draft, revision, active, trail, published, price, changedAt } = item
      put.run(
        ...[id, kind, language, JSON.stringify(draft), revision, active ?? null],
        ...[JSON.stringify(trail), published ? 1 : 0, price ?? null, changedAt],
      )
    },
    delete(id) {
      db.transaction(() => {
        removeVersions.run(id)
        remove.run(id)
      })
    },
    versions: (id) => allVersions.all(id).map(versionOf),
    version(id, number) {
      const row = oneVersion.get(id, number)
      return row && versionOf(row)
    },
    putVersion({ cartridge, number, draft, sha256, bytes, createdAt }) {
      putVersion.run(cartridge, number, JSON.stringify(draft), sha256, bytes, createdAt)
      forget.run(cartridge, number - keptVersions)
    },
    transaction: (work) => db.transaction(work),
  }
}

function itemOf(row: ItemRow): CatalogItem {
  const { id, revision, active, price } = row
  return {
    ...{ id, revision, draft: draftOf(row.draft), changedAt: row.changed_at, published: row.published === 1 },
    kind: memberOf(kinds, row.kind),
    language: memberOf(languages, row.language),
    active: active ?? undefined,
    trail: JSON.parse(row.trail) as number[],
    price: price ?? undefined,
  }
}

function versionOf({ cartridge, number, draft, sha256, bytes, created_at }: VersionRow): CatalogVersion {
  return { cartridge, number, draft: draftOf(draft), sha256, bytes, createdAt: created_at }
}

function draftOf(text: string): CartridgeDraft {
  return draftSchema.parse(JSON.parse(text))
}

function memberOf<Member extends string>(members: readonly Member[], text: string): Member {
  const member = members.find((candidate) => candidate === text)
  if (member === undefined)
    throw new RangeError(`Cannot read a cartridge: "${text}" is not one of ${members.join(', ')}`)
  return member
}
