/** The thread in which cartridges run: it can be ended from outside, whatever they do. */

import { parentPort, workerData } from 'node:worker_threads'
import { createRng } from '@salp/core'
import { toFailure } from '../host/failure.js'
import { createCartridgeHost } from '../host/host.js'
import type { KvChange } from '../kv/kv-store.js'
import type { ScriptEngine } from '../script/engine.js'
import { askThrough, type DoorEnd } from './http-door.js'
import type { ThreadMessage, ThreadRequest, ThreadResult, ThreadWork } from './thread-messages.js'

/** What the thread is started with. */
export interface ThreadStart {
  /** Of its chance. */
  readonly seed: string
  /** Whether it is given an engine for scripts when it asks. */
  readonly scripts: boolean
  /** The way out, if there is one. */
  readonly door: DoorEnd | undefined
}

const { seed, scripts, door } = workerData as ThreadStart
const say = (message: ThreadMessage): void => parentPort?.postMessage(message)

/** Time of day of the work that runs. */
let now = 0
/** What cartridges kept before, until the host asks. */
const entries = new Map<string, readonly (readonly [string, Uint8Array])[]>()
/** What the work that runs wrote. */
let changes: KvChange[] = []
/** The engine of scripts, once it was asked for. */
let engine: PromiseWithResolvers<ScriptEngine> | undefined

function scriptEngine(): Promise<ScriptEngine> {
  if (engine === undefined) {
    engine = Promise.withResolvers()
    say({ type: 'engine-wanted' })
  }
  return engine.promise
}

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
  scriptEngine: scripts ? scriptEngine : undefined,
  fetchSync: door && ((request) => askThrough(door, request)),
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

let last = Promise.resolve()
parentPort?.on('message', (request: ThreadRequest) => {
  switch (request.type) {
    case 'work':
      last = last.then(() => answer(request))
      return
    case 'engine':
      engine?.resolve(request.engine)
      return
    case 'no-engine':
      engine?.reject(request.error)
      engine = undefined
  }
})
say({ type: 'ready' })

async function answer({ now: at, work }: Extract<ThreadRequest, { type: 'work' }>): Promise<void> {
  now = at
  changes = []
  try {
    const result = await perform(work)
    say({ type: 'done', result, changes })
  } catch (error) {
    say({ type: 'failed', failure: toFailure(error) })
  }
}
