/** Tells addresses of tasks as they change: kept until they took it, or failed too often. */

import { type StreamResponse, TaskPushNotificationConfig } from '@a2a-js/sdk'
import { V03PushNotificationSerializer } from '@a2a-js/sdk/compat/v0_3/server'
import { RequestMalformedError } from '@a2a-js/sdk/errors'
import { V1PushNotificationSerializer } from '@a2a-js/sdk/server'
import { type Clock, checkUrl, type IdSource, type Logger, type SqlDatabase } from '@salp/core'
import type { StoredTask } from './task-store.js'
import type { A2aTasks } from './tasks.js'

/** What hooks ask of the application. */
export interface HooksDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  /** Reaches only what a stranger may have asked. */
  readonly fetch: typeof globalThis.fetch
  readonly tasks: Pick<A2aTasks, 'onChange' | 'show' | 'view'>
}

/** How addresses are told. */
export interface HooksOptions {
  /** Hosts, or `host:port`, of this machine or its network that may be told. */
  readonly allowHosts: readonly string[]
}

/** Addresses that are told of tasks. */
export interface Hooks {
  /**
   * Adds an address, or puts it in place of one of the same id.
   *
   * @param version - Of the protocol that it reads.
   * @throws RequestMalformedError for an address that may not be reached, or one too many.
   */
  set(config: TaskPushNotificationConfig, version: string): TaskPushNotificationConfig
  list(taskId: string): TaskPushNotificationConfig[]
  remove(taskId: string, id: string): void
  start(): void
  close(): Promise<void>
}

/** Addresses that one task may have. */
const maxHooks = 5
/** How often an address is tried, and the waits between, in ms: doubled each time. */
const attempts = { most: 9, firstMs: 1_000, longestMs: 300_000 } as const
/** Longest time that an address may take, in ms. */
const timeoutMs = 10_000

interface HookRow {
  readonly id: string
  readonly config: string
  readonly version: string
}

interface PostRow {
  readonly position: number
  readonly config: string
  readonly task_id: string
  readonly body: string
  readonly content_type: string
  readonly attempts: number
  readonly due_at: number
}

/** Creates hooks over the tables of `a2aMigrations`; nothing is sent before `start()`. */
export function createHooks({ db, clock, ids, log, fetch, tasks }: HooksDeps, { allowHosts }: HooksOptions): Hooks {
  const put = db.prepare(
    `INSERT INTO agent_a2a_hooks (task_id, id, config, version) VALUES (?, ?, ?, ?)
     ON CONFLICT (task_id, id) DO UPDATE SET config = excluded.config, version = excluded.version`,
  )
  const all = db.prepare<HookRow>('SELECT id, config, version FROM agent_a2a_hooks WHERE task_id = ? ORDER BY id')
  const remove = db.prepare('DELETE FROM agent_a2a_hooks WHERE task_id = ? AND id = ?')
  const queue = db.prepare(
    'INSERT INTO agent_a2a_posts (task_id, hook_id, body, content_type, attempts, due_at) VALUES (?, ?, ?, ?, 0, ?)',
  )
  // Of one address, the oldest first: what failed holds up what came after it.
  const next = db.prepare<PostRow>(
    `SELECT p.*, h.config FROM agent_a2a_posts p JOIN agent_a2a_hooks h ON h.task_id = p.task_id AND h.id = p.hook_id
     WHERE NOT EXISTS (SELECT 1 FROM agent_a2a_posts o
       WHERE o.task_id = p.task_id AND o.hook_id = p.hook_id AND o.position < p.position)
     ORDER BY p.due_at, p.position LIMIT 1`,
  )
  const done = db.prepare('DELETE FROM agent_a2a_posts WHERE position = ?')
  const later = db.prepare('UPDATE agent_a2a_posts SET attempts = ?, due_at = ? WHERE position = ?')
  const serializers = { '1.0': new V1PushNotificationSerializer(), '0.3': new V03PushNotificationSerializer() }
  const closing = new AbortController()
  let wake = new AbortController()
  let running: Promise<void> | undefined

  const tell = (task: StoredTask): void => {
    const hooks = all.all(task.id)
    // What a stranger has to do was said to it already.
    const asks = task.caller === 'stranger' && tasks.view(task).standing.state === 'input-required'
    if (hooks.length === 0 || asks) return
    const event: StreamResponse = { payload: { $case: 'task', value: tasks.show(task) } }
    for (const { id, version } of hooks) {
      const { body, contentType } = serializers[version === '0.3' ? '0.3' : '1.0'].serialize(event)
      queue.run(task.id, id, body, contentType, clock.now())
    }
    wake.abort()
  }
  const stop = tasks.onChange(tell)

  const send = async ({ config: text, body, content_type, task_id }: PostRow): Promise<boolean> => {
    const { url, token, authentication } = TaskPushNotificationConfig.fromJSON(JSON.parse(text))
    const headers = new Headers({ 'content-type': content_type })
    if (token !== '') headers.set('x-a2a-notification-token', token)
    if (authentication !== undefined && authentication.credentials !== '')
      headers.set('authorization', `${authentication.scheme} ${authentication.credentials}`)
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)])
    try {
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
      await response.body?.cancel()
      return response.ok
    } catch (error) {
      if (!closing.signal.aborted) log.info('An address could not be told of a task', { task: task_id, error })
      return false
    }
  }
  const beat = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      wake = new AbortController()
      const post = next.get()
      const waitMs = post === undefined ? attempts.longestMs : post.due_at - clock.now()
      if (post === undefined || waitMs > 0) {
        await clock.sleep(waitMs, { signal: AbortSignal.any([wake.signal, closing.signal]) }).catch(() => undefined)
        continue
      }
      const taken = await send(post)
      if (closing.signal.aborted) return
      const tried = post.attempts + 1
      if (!taken && tried >= attempts.most) log.warn('An address was not told of a task', { task: post.task_id })
      if (taken || tried >= attempts.most) done.run(post.position)
      else {
        const waits = Math.min(attempts.firstMs * 2 ** (tried - 1), attempts.longestMs)
        later.run(tried, clock.now() + waits, post.position)
      }
    }
  }

  return {
    set(given, version) {
      const config = { ...given, id: given.id === '' ? ids() : given.id }
      const checked = checkUrl(config.url, { allowHosts })
      if (checked.status === 'refused')
        throw new RequestMalformedError(`Cannot tell "${config.url}": ${checked.reason}`)
      const known = all.all(config.taskId)
      if (known.length >= maxHooks && !known.some(({ id }) => id === config.id))
        throw new RequestMalformedError(`Cannot tell more than ${maxHooks} addresses of one task`)
      put.run(config.taskId, config.id, JSON.stringify(TaskPushNotificationConfig.toJSON(config)), version)
      return config
    },
    list: (taskId) => all.all(taskId).map(({ config }) => TaskPushNotificationConfig.fromJSON(JSON.parse(config))),
    remove: (taskId, id) => void remove.run(taskId, id),
    start() {
      running ??= beat()
    },
    async close() {
      stop()
      closing.abort()
      await running
    },
  }
}
