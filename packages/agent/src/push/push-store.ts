/** Devices that are told, and what they were and are to be told, kept. */

import type { Clock, Migration, SqlDatabase } from '@salp/core'
import { type PushDevice, type PushKinds, type PushOrder, pushKindsSchema } from '../protocol-push.js'
import type { PushTarget } from './push-sender.js'

/** A device with what it takes to reach it. */
export interface StoredDevice extends PushDevice, Omit<PushTarget, 'endpoint'> {}

/** Something that a device is to be told. */
export interface Post {
  readonly device: StoredDevice
  /** What it is about, such as `approval:` and an id. */
  readonly key: string
  readonly text: string
  readonly attempts: number
}

/** Keeps devices and posts. */
export interface PushStore {
  devices(): StoredDevice[]
  /** Adds a device, or changes it; one that takes the place of another keeps what that wanted. */
  put(order: PushOrder): StoredDevice
  remove(endpoint: string): void
  reached(endpoint: string): void
  /** Notes that a device is to be told of something, unless it was noted before. @returns Whether it is new. */
  queue(endpoint: string, key: string, text: string): boolean
  /** Posts whose time has come. */
  due(): Post[]
  /** When the next one is due, in ms since the epoch. */
  nextAt(): number | undefined
  /** Tries a post again later, or never where `at` is absent. */
  settle(post: Post, at?: number | undefined): void
}

/** Steps for `migrate(db, 'agent-push', pushMigrations)`. */
export const pushMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'devices that are told, and what of',
    up: `
      CREATE TABLE agent_push_devices (
        endpoint TEXT PRIMARY KEY, p256dh TEXT NOT NULL, auth TEXT NOT NULL, label TEXT NOT NULL, kinds TEXT NOT NULL,
        created_at INTEGER NOT NULL, reached_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE agent_push_posts (
        endpoint TEXT NOT NULL REFERENCES agent_push_devices (endpoint) ON DELETE CASCADE,
        key TEXT NOT NULL, text TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL, due_at INTEGER,
        PRIMARY KEY (endpoint, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX agent_push_posts_due ON agent_push_posts (due_at) WHERE due_at IS NOT NULL;
    `,
  },
]

interface DeviceRow {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
  readonly label: string
  readonly kinds: string
  readonly created_at: number
  readonly reached_at: number | null
}

interface PostRow extends DeviceRow {
  readonly key: string
  readonly text: string
  readonly attempts: number
}

/** How long a post is known to have been made, in ms. */
const keptMs = 30 * 86_400_000

/** Creates the store over its tables. */
export function createPushStore({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): PushStore {
  const all = db.prepare<DeviceRow>('SELECT * FROM agent_push_devices ORDER BY created_at, endpoint')
  const one = db.prepare<DeviceRow>('SELECT * FROM agent_push_devices WHERE endpoint = ?')
  const insert = db.prepare(
    `INSERT INTO agent_push_devices (endpoint, p256dh, auth, label, kinds, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (endpoint) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth, label = excluded.label, kinds = excluded.kinds`,
  )
  const remove = db.prepare('DELETE FROM agent_push_devices WHERE endpoint = ?')
  const reached = db.prepare('UPDATE agent_push_devices SET reached_at = ? WHERE endpoint = ?')
  const prune = db.prepare('DELETE FROM agent_push_posts WHERE due_at IS NULL AND at < ?')
  const post = db.prepare(
    'INSERT INTO agent_push_posts (endpoint, key, text, attempts, at, due_at) VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING',
  )
  const due = db.prepare<PostRow>(
    `SELECT d.*, p.key, p.text, p.attempts FROM agent_push_posts p JOIN agent_push_devices d USING (endpoint)
     WHERE p.due_at <= ? ORDER BY p.due_at, p.key`,
  )
  const next = db.prepare<{ at: number | null }>('SELECT min(due_at) AS at FROM agent_push_posts')
  const settle = db.prepare('UPDATE agent_push_posts SET attempts = ?, due_at = ? WHERE endpoint = ? AND key = ?')
  const everything: PushKinds = pushKindsSchema.parse({})

  return {
    devices: () => all.all().map(toDevice),
    put: ({ endpoint, keys, label, kinds, replaces }) =>
      db.transaction(() => {
        const before = one.get(endpoint) ?? (replaces === undefined ? undefined : one.get(replaces))
        const wanted = kinds ?? (before === undefined ? everything : JSON.parse(before.kinds))
        const name = label ?? before?.label ?? 'A browser'
        const parsed = JSON.stringify(pushKindsSchema.parse(wanted))
        insert.run(endpoint, keys.p256dh, keys.auth, name, parsed, clock.now())
        if (replaces !== undefined && replaces !== endpoint) remove.run(replaces)
        const row = one.get(endpoint)
        if (row === undefined) throw new RangeError(`Cannot find the device "${endpoint}" that was just put`)
        return toDevice(row)
      }),
    remove: (endpoint) => void remove.run(endpoint),
    reached: (endpoint) => void reached.run(clock.now(), endpoint),
    queue(endpoint, key, text) {
      const now = clock.now()
      const isNew = post.run(endpoint, key, text, now, now).changes > 0
      if (isNew) prune.run(now - keptMs)
      return isNew
    },
    due: () => due.all(clock.now()).map((row) => ({ device: toDevice(row), ...postOf(row) })),
    nextAt: () => next.get()?.at ?? undefined,
    settle: ({ device, key, attempts }, at) => void settle.run(attempts + 1, at ?? null, device.endpoint, key),
  }
}

function postOf({ key, text, attempts }: PostRow): Omit<Post, 'device'> {
  return { key, text, attempts }
}

function toDevice({ endpoint, p256dh, auth, label, kinds, created_at, reached_at }: DeviceRow): StoredDevice {
  return {
    ...{ endpoint, label, keys: { p256dh, auth }, kinds: pushKindsSchema.parse(JSON.parse(kinds)) },
    ...{ createdAt: created_at, ...(reached_at !== null && { reachedAt: reached_at }) },
  }
}
