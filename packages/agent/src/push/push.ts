/** Tells people on their devices what waits for them: each device of each thing once, however often the process ends. */

import { type Clock, type Logger, type Redactor, SalpError, type SqlDatabase } from '@salp/core'
import type { Agent } from '../agent.js'
import type { Autonomy } from '../autonomy/autonomy.js'
import type { PushDevice, PushNotice, PushOrder, PushView } from '../protocol-push.js'
import { type News, readNews } from './news.js'
import type { PushMessage, PushOutcome, PushSender } from './push-sender.js'
import { createPushStore, type Post, type StoredDevice } from './push-store.js'

/** What notifications ask of the application. */
export interface PushDeps {
  /** With the tables of `pushMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly log: Logger
  readonly redactor: Pick<Redactor, 'text'>
  readonly agent: {
    readonly events: Agent['events']
    readonly approvals: Pick<Agent['approvals'], 'pending'>
    readonly questions: Pick<Agent['questions'], 'open'>
    readonly tasks: Pick<Agent['tasks'], 'list'>
  }
  /** Does tasks alone, if it may. */
  readonly autonomy?: Pick<Autonomy, 'list'> | undefined
  readonly sender: PushSender
}

/** Notifications. */
export interface Push {
  view(): PushView
  /** Tells a device from now on, or changes what it is told. @throws {@link PushError} (`agent/push-input`). */
  subscribe(order: PushOrder): PushDevice
  unsubscribe(endpoint: string): void
  /** Sends a device a word at once. @throws {@link PushError} (`agent/push-unknown`). */
  test(endpoint: string): Promise<PushOutcome>
  start(): void
  close(): Promise<void>
}

/** Devices at most. */
const maxDevices = 20
/** How often a device is tried, and the waits between, in ms: doubled each time. */
const attempts = { most: 6, firstMs: 5_000, longestMs: 300_000 } as const
/** Longest time that a push service may take, in ms. */
const timeoutMs = 10_000
/** How often tasks that are done alone are looked at, in ms: while one goes on, and else. */
const lookMs = { busy: 5_000, idle: 60_000 } as const
/** How long a push service tries, in s, and how old news may be: as long as an approval is open. */
const ttlSeconds = 86_400

/** Events after which a person may be wanted, or wanted no longer. */
const telling = ['approval:requested', 'question:asked', 'turn:started', 'turn:finished'] as const

/** Creates them; nothing is sent before `start()`. @param options - `name`: of the agent. */
export function createPush(
  { db, clock, log, redactor, agent, autonomy, sender }: PushDeps,
  { name }: { readonly name: string },
): Push {
  const store = createPushStore({ db, clock })
  const closing = new AbortController()
  let wake = new AbortController()
  let running: Promise<void> | undefined
  const stops = telling.map((event) => agent.events.subscribe(event, () => wake.abort()))

  const news = (): News[] =>
    readNews(
      {
        ...{ approvals: agent.approvals.pending(), questions: agent.questions.open() },
        ...{ work: autonomy?.list() ?? [], tasks: agent.tasks.list('all') },
      },
      { name, redactor },
    )

  const queue = (current: readonly News[]): void => {
    const oldest = clock.now() - ttlSeconds * 1_000
    for (const { endpoint, kinds, createdAt } of store.devices()) {
      for (const { kind, at, notice } of current) {
        const wanted = kinds[kind] && at >= Math.max(createdAt, oldest)
        if (wanted) store.queue(endpoint, notice.tag, JSON.stringify(notice))
      }
    }
  }

  const send = async (device: StoredDevice, message: PushMessage): Promise<PushOutcome> => {
    const timer = new AbortController()
    const late = clock.sleep(timeoutMs, { signal: timer.signal }).then(
      () => timer.abort(),
      () => undefined,
    )
    try {
      return await sender.send(device, message, { signal: AbortSignal.any([timer.signal, closing.signal]) })
    } catch {
      // Whoever aborted it knows; a service that is too slow may be quicker later.
      return 'later'
    } finally {
      timer.abort()
      await late
    }
  }

  const deliver = async (post: Post, tags: ReadonlySet<string>): Promise<void> => {
    const { device, key, text, attempts: before } = post
    // Nobody wants to hear of what was decided meanwhile.
    if (!tags.has(key)) return store.settle(post)
    const outcome = await send(device, { text, ttlSeconds, urgency: key.startsWith('task:') ? 'normal' : 'high' })
    if (closing.signal.aborted && outcome !== 'taken') return
    if (outcome === 'gone') {
      log.info('A device is told no more: it is gone', { device: device.label })
      return store.remove(device.endpoint)
    }
    if (outcome === 'taken') store.reached(device.endpoint)
    const tried = before + 1
    if (outcome !== 'later' || tried >= attempts.most) {
      if (outcome !== 'taken') log.warn('A device could not be told', { device: device.label, tried, outcome })
      return store.settle(post)
    }
    store.settle(post, clock.now() + Math.min(attempts.firstMs * 2 ** before, attempts.longestMs))
  }

  const round = async (): Promise<number> => {
    if (store.devices().length === 0) return lookMs.idle
    const current = news()
    queue(current)
    const tags = new Set(current.map(({ notice }) => notice.tag))
    await Promise.all(store.due().map((post) => deliver(post, tags)))
    const busy = autonomy?.list().some(({ state }) => state === 'working' || state === 'verifying') === true
    const lookAgainMs = busy ? lookMs.busy : lookMs.idle
    const nextAt = store.nextAt()
    return nextAt === undefined ? lookAgainMs : Math.min(Math.max(0, nextAt - clock.now()), lookAgainMs)
  }

  const beat = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      wake = new AbortController()
      const waitMs = await round()
      const signal = AbortSignal.any([wake.signal, closing.signal])
      await clock.sleep(waitMs, { signal }).catch(() => undefined)
    }
  }

  return {
    view: () => ({ publicKey: sender.publicKey, devices: store.devices().map(toView) }),
    subscribe(order) {
      const problem = sender.problem(order.endpoint)
      if (problem !== undefined) throw new PushError('input', `Cannot tell a device: ${problem}`)
      const known = store.devices().map(({ endpoint }) => endpoint)
      const isNew = !known.includes(order.endpoint) && !known.includes(order.replaces ?? '')
      if (isNew && known.length >= maxDevices)
        throw new PushError('input', `Cannot tell more than ${maxDevices} devices: remove one first`)
      const device = store.put(order)
      wake.abort()
      return toView(device)
    },
    unsubscribe: store.remove,
    async test(endpoint) {
      const device = store.devices().find((known) => known.endpoint === endpoint)
      if (device === undefined) throw new PushError('unknown', 'Cannot tell that device: it is not subscribed')
      const body = 'What waits for you will be told like this.'
      const notice: PushNotice = { title: `${name} reaches you here`, body, tag: 'test', hash: '#/settings' }
      const outcome = await send(device, { text: JSON.stringify(notice), urgency: 'high', ttlSeconds: 60 })
      if (outcome === 'gone') store.remove(endpoint)
      if (outcome === 'taken') store.reached(endpoint)
      return outcome
    },
    start() {
      running ??= beat().catch((error: unknown) => log.error('No device is told of anything any more', { error }))
    },
    async close() {
      for (const stop of stops) stop()
      closing.abort()
      await running
    },
  }
}

function toView({ endpoint, label, kinds, createdAt, reachedAt }: StoredDevice): PushDevice {
  return { endpoint, label, kinds, createdAt, ...(reachedAt !== undefined && { reachedAt }) }
}

/** A device that cannot be told: `agent/push-input` or `agent/push-unknown`. */
export class PushError extends SalpError {
  constructor(condition: 'input' | 'unknown', why: string) {
    super(`agent/push-${condition}`, why)
  }
}
