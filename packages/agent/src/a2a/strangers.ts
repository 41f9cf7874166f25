/** Tasks of whoever pays: each in a session of its own, of a mind that knows nothing of the owner's. */

import { Message } from '@a2a-js/sdk'
import type { Clock, Logger } from '@salp/core'
import { z } from 'zod'
import type { Agent } from '../agent.js'
import { orAborted } from '../watchdog.js'
import { textOf } from './message.js'
import type { Standing, StoredTask, TaskStateName, TaskStore } from './task-store.js'

/** What a seller says to a message. */
export interface SaleUpdate {
  readonly state: 'input-required' | 'completed' | 'failed' | 'canceled'
  /** For the metadata of the status message. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Nobody knows yet what became of the money: the same message is to be said again. */
  readonly again: boolean
}

/** What is said to a seller. */
export interface SaleMessage {
  readonly taskId: string
  readonly input: unknown
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Sells tasks: asks for money, and lets the work be done once it is good. */
export type Sell = (message: SaleMessage, options: { readonly signal: AbortSignal }) => Promise<SaleUpdate>

/** Where a seller keeps what it knows of a task, as JSON. */
export interface SaleRecords {
  get(taskId: string): string | undefined
  set(taskId: string, record: string): void
}

/** Does what was paid for. @param input - As it was given to the seller. @returns JSON. */
export type SaleWork = (input: unknown, options: { readonly signal: AbortSignal }) => Promise<unknown>

/** What strangers may have. */
export interface Strangers {
  /** An agent over a database of its own, with the tools and the memory that strangers may use: none, as a rule. Started here. */
  readonly agent: Agent
  /** Of the extension by which tasks are paid for. */
  readonly extension: string
  /** What a task costs, for the card. */
  readonly price: string
  /** Puts a price before the work; nothing where nothing can be sold now. */
  sale(records: SaleRecords, work: SaleWork): Sell | undefined
}

/** Longest text that a stranger's task may have, in characters. */
export const maxStrangerText = 20_000

/** Tasks that wait for a payment, of which the newest are kept. */
const keptUnpaid = 1_000

/** How often one message is said again whose money nobody knows of, and the time between, in ms. */
const repeats = { times: 20, everyMs: 2_000 } as const

const inputSchema = z.object({ taskId: z.string(), text: z.string() })

/** Does tasks of strangers. */
export interface StrangerTasks {
  /** Whether a task could be sold now. */
  open(): boolean
  /** Answers a message about a task, in the background; {@link StrangerDeps.onChange} tells what came of it. */
  advance(task: StoredTask, metadata: Readonly<Record<string, unknown>>): void
  cancel(task: StoredTask): Promise<void>
  /** Final text of a task that is paid for. */
  answer(task: StoredTask): string | undefined
  /** Goes on with what an earlier process left. */
  start(): void
  close(): Promise<void>
}

/** What it takes to serve strangers. */
export interface StrangerDeps {
  readonly strangers: Strangers
  readonly store: TaskStore
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Logger
  onChange(taskId: string): void
}

/** Creates the desk for strangers; nothing runs before the first message. */
export function createStrangerTasks({ strangers, store, clock, log, onChange }: StrangerDeps): StrangerTasks {
  const { agent } = strangers
  const closing = new AbortController()
  const under = new Map<string, { readonly controller: AbortController; readonly done: Promise<void> }>()

  const stand = (id: string, state: TaskStateName, more: Pick<Standing, 'text' | 'metadata'> = {}): void => {
    store.stand(id, { state, ...more })
    onChange(id)
  }
  const ended = ({ sessionId }: StoredTask) => {
    const [first] = agent.store.messages(sessionId)
    const events = first === undefined ? [] : agent.store.turnEvents(first.turnId)
    const finished = events.findLast(({ name }) => name === 'turn:finished')
    return finished?.name === 'turn:finished' ? finished.data : undefined
  }

  /** The turn of the task: begun, gone on with, or ended before. Never done twice. */
  const work: SaleWork = async (input, { signal }) => {
    const { taskId, text } = inputSchema.parse(input)
    const task = store.get(taskId)
    if (task === undefined) throw new RangeError(`Cannot work on task "${taskId}": there is none`)
    // A process that ends leaves the turn to the next one.
    const stop = (): void => void (closing.signal.aborted || agent.stop(task.sessionId))
    signal.addEventListener('abort', stop, { once: true })
    try {
      const { sessionId } = task
      const begin = () => agent.stream({ sessionId, text, channel: 'a2a', unattended: true, may: { maxSpend: 0 } })
      const result = ended(task) ?? (await orAborted((agent.running(sessionId) ?? begin()).result, signal))
      if (result.status !== 'completed') throw new Error(result.reason ?? `The turn was ${result.status}`)
      return { text: result.text }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
  const records: SaleRecords = { get: store.payment, set: store.setPayment }

  const sell = async (message: SaleMessage, signal: AbortSignal): Promise<SaleUpdate | undefined> => {
    for (let left = repeats.times; ; left--) {
      const update = await strangers.sale(records, work)?.(message, { signal })
      if (update !== undefined && (!update.again || left <= 0)) return update
      if (left <= 0) return undefined
      await clock.sleep(repeats.everyMs, { signal })
    }
  }

  const run = async (id: string, message: SaleMessage, signal: AbortSignal): Promise<void> => {
    try {
      const update = await sell(message, signal)
      if (update === undefined) stand(id, 'failed', { text: 'Nothing can be sold now; no money moved' })
      else stand(id, update.state, { metadata: update.metadata, text: wordsOf(update) })
      store.setPending(id, undefined)
    } catch (error) {
      // What a later process goes on with stays as it is.
      if (closing.signal.aborted) return
      if (!signal.aborted) log.warn('A task of a stranger failed', { task: id, error })
      const what = signal.aborted ? 'It was called off' : 'It failed'
      stand(id, signal.aborted ? 'canceled' : 'failed', {
        text: `${what}; it costs nothing, and what was paid is given back`,
      })
      store.setPending(id, undefined)
    }
  }

  const wordsOf = ({ state }: SaleUpdate): string | undefined =>
    state === 'input-required' ? `A task costs ${strangers.price}, by the extension ${strangers.extension}` : undefined

  const advance: StrangerTasks['advance'] = ({ id, message }, metadata) => {
    const text = textOf(Message.fromJSON(message))
    store.prune(keptUnpaid)
    store.setPending(id, metadata)
    const controller = new AbortController()
    const signal = AbortSignal.any([controller.signal, closing.signal])
    stand(id, 'working')
    const done = run(id, { taskId: id, input: { taskId: id, text }, metadata }, signal).finally(() => under.delete(id))
    under.set(id, { controller, done })
  }

  return {
    open: () => strangers.sale(records, work) !== undefined,
    advance,
    async cancel({ id }) {
      const at = under.get(id)
      at?.controller.abort()
      await at?.done
      if (at === undefined) stand(id, 'canceled')
    },
    answer: (task) => (task.standing?.state === 'completed' ? ended(task)?.text : undefined),
    start() {
      agent.start()
      for (const { task, metadata } of store.pending()) {
        if (!under.has(task.id)) advance(task, metadata)
      }
    },
    async close() {
      closing.abort()
      await Promise.allSettled([...under.values()].map(({ done }) => done))
    },
  }
}
