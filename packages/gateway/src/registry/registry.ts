/** Endpoints by name: one owner a name, whoever asks at once. */

import type { Clock, IdSource, SqlDatabase } from '@salp/core'
import {
  type Endpoint,
  type EndpointSettings,
  endpointInputSchema,
  endpointPatchSchema,
  endpointSettingsSchema,
} from './endpoint.js'
import { checkTarget } from './target.js'

/** What a registry asks of the application. */
export interface RegistryDeps {
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  /** Tells whether a name leads only to addresses that may be reached; `Upstream` does. */
  readonly targets: {
    check(
      url: URL,
      options: { signal: AbortSignal },
    ): Promise<{ status: 'allowed' } | { status: 'refused'; reason: string }>
  }
  /** Tells whether a price can be asked for. @returns Why not. */
  checkPrice(price: string): string | undefined
}

/** How a registry behaves. */
export interface RegistryOptions {
  /** Hosts, or `host:port`, that may be local, and plain http. @defaultValue none */
  readonly allowHosts?: readonly string[] | undefined
}

/** Why an endpoint is not kept as it was asked for. */
export type Refused = { readonly status: 'invalid'; readonly problems: readonly string[] }

/** Who acts, and until when. */
export interface OwnerOptions {
  readonly owner: string
  readonly signal: AbortSignal
}

/** Keeps endpoints. Every change is one transaction, safe among processes that share the database. */
export interface Registry {
  /**
   * Registers an endpoint. A slug that was removed is free to its former owner only.
   *
   * @param input - Untrusted; see `endpointInputSchema`.
   */
  create(
    input: unknown,
    options: OwnerOptions,
  ): Promise<{ status: 'created'; endpoint: Endpoint } | { status: 'taken' } | Refused>
  /** Changes an endpoint. @param patch - Untrusted; see `endpointPatchSchema`. */
  update(
    slug: string,
    patch: unknown,
    options: OwnerOptions,
  ): Promise<{ status: 'updated'; endpoint: Endpoint } | { status: 'unknown' | 'not-owner' } | Refused>
  /** Takes an endpoint away; its slug stays reserved for its owner. */
  remove(slug: string, options: Pick<OwnerOptions, 'owner'>): 'removed' | 'unknown' | 'not-owner'
  find(slug: string): Endpoint | undefined
  /** Lists endpoints by slug, those after `after`. @param options - `limit`: range [1, 500]. */
  list(options: { readonly after?: string | undefined; readonly limit: number }): Endpoint[]
}

interface EndpointRow {
  readonly slug: string
  readonly id: string
  readonly owner: string
  readonly settings: string
  readonly created_at: number
  readonly updated_at: number
}

/** Most endpoints whose settings are kept parsed. */
const maxParsed = 1_000

/** Creates a registry in a database that `registrySteps` brought up to date. */
export function createRegistry(deps: RegistryDeps, { allowHosts = [] }: RegistryOptions = {}): Registry {
  const { db, clock, ids, targets, checkPrice } = deps
  // One statement decides a race, whichever process runs it.
  const insert = db.prepare(`
INSERT INTO gateway_endpoints (slug, id, owner, settings, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (slug) DO UPDATE SET id = excluded.id, settings = excluded.settings, created_at = excluded.created_at,
  updated_at = excluded.updated_at, removed_at = NULL
WHERE removed_at IS NOT NULL AND owner = excluded.owner`)
  const select = db.prepare<EndpointRow>('SELECT * FROM gateway_endpoints WHERE slug = ? AND removed_at IS NULL')
  const page = db.prepare<EndpointRow>(
    'SELECT * FROM gateway_endpoints WHERE slug > ? AND removed_at IS NULL ORDER BY slug LIMIT ?',
  )
  const change = db.prepare('UPDATE gateway_endpoints SET settings = ?, updated_at = ? WHERE slug = ?')
  const mark = db.prepare('UPDATE gateway_endpoints SET removed_at = ? WHERE slug = ?')
  const parsed = new Map<string, EndpointSettings>()

  const settingsOf = (text: string): EndpointSettings => {
    const known = parsed.get(text)
    if (known !== undefined) return known
    const settings = endpointSettingsSchema.parse(JSON.parse(text))
    if (parsed.size >= maxParsed) parsed.clear()
    parsed.set(text, settings)
    return settings
  }
  const fromRow = ({ slug, id, owner, settings, created_at, updated_at }: EndpointRow): Endpoint => ({
    ...settingsOf(settings),
    slug,
    id,
    owner,
    createdAt: created_at,
    updatedAt: updated_at,
  })

  /** Checks what a schema cannot. @returns The target in its one form, if there is one. */
  const vet = async (
    { target, price, prices = [] }: { [Name in 'target' | 'price' | 'prices']?: EndpointSettings[Name] | undefined },
    signal: AbortSignal,
  ): Promise<{ status: 'fit'; target: string | undefined } | Refused> => {
    const asked = [price, ...prices.map((rule) => rule.price)].filter((text) => text !== undefined)
    const problems = asked.flatMap((text) => {
      const why = checkPrice(text)
      return why === undefined ? [] : [`price ${JSON.stringify(text)}: ${why}`]
    })
    if (problems.length > 0) return { status: 'invalid', problems }
    if (target === undefined) return { status: 'fit', target }
    const checked = checkTarget(target, { allowHosts })
    if (checked.status === 'refused') return { status: 'invalid', problems: [`target: ${checked.reason}`] }
    const reached = await targets.check(checked.url, { signal })
    signal.throwIfAborted()
    if (reached.status === 'refused') return { status: 'invalid', problems: [`target: ${reached.reason}`] }
    return { status: 'fit', target: checked.url.href }
  }

  return {
    async create(input, { owner, signal }) {
      const read = endpointInputSchema.safeParse(input)
      if (!read.success) return invalid(read.error)
      const { slug, ...given } = read.data
      const fit = await vet(given, signal)
      if (fit.status === 'invalid') return fit
      const settings: EndpointSettings = { ...given, target: fit.target ?? given.target }
      const now = clock.now()
      const id = ids()
      const { changes } = insert.run(slug, id, owner, JSON.stringify(settings), now, now)
      if (changes === 0) return { status: 'taken' }
      return { status: 'created', endpoint: { ...settings, slug, id, owner, createdAt: now, updatedAt: now } }
    },
    async update(slug, patch, { owner, signal }) {
      const before = select.get(slug)
      if (before === undefined) return { status: 'unknown' }
      if (before.owner !== owner) return { status: 'not-owner' }
      const read = endpointPatchSchema.safeParse(patch)
      if (!read.success) return invalid(read.error)
      const fit = await vet(read.data, signal)
      if (fit.status === 'invalid') return fit
      const changes = { ...read.data, target: fit.target }
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
      return db.transaction(() => {
        const row = select.get(slug)
        if (row === undefined) return { status: 'unknown' }
        const settings = JSON.stringify({ ...settingsOf(row.settings), ...given })
        const now = Math.max(clock.now(), row.updated_at)
        change.run(settings, now, slug)
        return { status: 'updated', endpoint: fromRow({ ...row, settings, updated_at: now }) }
      })
    },
    remove: (slug, { owner }) =>
      db.transaction(() => {
        const row = select.get(slug)
        if (row === undefined) return 'unknown'
        if (row.owner !== owner) return 'not-owner'
        mark.run(clock.now(), slug)
        return 'removed'
      }),
    find(slug) {
      const row = select.get(slug)
      return row === undefined ? undefined : fromRow(row)
    },
    list({ after = '', limit }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw new RangeError(`Cannot list ${limit} endpoints`)
      return page.all(after, limit).map(fromRow)
    },
  }
}

function invalid({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }): Refused {
  const problems = issues.slice(0, 10).map(({ path, message }) => [...path.map(String), message].join(': '))
  return { status: 'invalid', problems }
}
