/** The thread in which cartridges run: it can be ended from outside, whatever they do. */

import { parentPort, workerData } from 'node:worker_threads'
import { createRng } from '@salp/core'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { CartridgeMissingError, createCartridgeHost } from '../host/host.js'
import type { KvChange } from '../kv/kv-store.js'
import type { ThreadFailure, ThreadMessage, ThreadRequest, ThreadResult, ThreadWork } from './thread-messages.js'

/** What the thread is started with. */
export interface ThreadStart {
  /** Of its chance. */
  readonly seed: string
}

const { seed } = workerData as ThreadStart
const say = (message: ThreadMessage): void => parentPort?.postMessage(message)

/** Time of day of the work that runs. */
let now = 0
/** What cartridges kept before, until the host asks. */
const entries = new Map<string, readonly (readonly [string, Uint8Array])[]>()
/** What the work that runs wrote. */
let changes: KvChange[] = []

const host = createCartridgeHost({
  clock: { now: () => now, monotonic: () => performance.now() },
  rng: createRng(seed),
  kv: {
    load(cartridge) {
      const kept = entries.get(cartridge) ?? []
      entries.delete(cartridge)
      return kept
    },
    commit: (committed) => void changes.push(...committed),
  },
  events: { publish: (name, event) => say({ type: 'event', name, event } as ThreadMessage) },
  log: (cartridge, level, text) => say({ type: 'log', cartridge, level, text }),
})

async function perform(work: ThreadWork): Promise<ThreadResult> {
  switch (work.type) {
    case 'load':
      if (work.entries !== undefined) entries.set(work.program.id, work.entries)
      return host.load(work.program, work.options)
    case 'call':
      return host.call(work.cartridge, work.name, work.input)
    case 'write':
      host.write(work.cartridge, work.changes)
      return undefined
    default:
      return host[work.type](work.cartridge)
  }
}

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof CartridgeTrap) return { type: 'trap', reason: error.reason, why: error.why }
  if (error instanceof CartridgeRejected)
    return { type: 'rejected', reason: error.reason, why: error.why, offset: error.offset }
  if (error instanceof CartridgeMissingError) return { type: 'missing', cartridge: error.cartridge }
  if (error instanceof RangeError) return { type: 'range', message: error.message }
  return { type: 'other', error }
}

let last = Promise.resolve()
parentPort?.on('message', ({ now: at, work }: ThreadRequest) => {
  last = last.then(async () => {
    now = at
    changes = []
    try {
      const result = await perform(work)
      say({ type: 'done', result, changes })
    } catch (error) {
      say({ type: 'failed', failure: failureOf(error) })
    }
  })
})
say({ type: 'ready' })
