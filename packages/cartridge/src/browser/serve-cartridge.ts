/** The worker's side: one cartridge in a host of its own, asked by messages. */

import type { Clock, Rng } from '@salp/core'
import { toFailure } from '../host/failure.js'
import { type CartridgeHostDeps, createCartridgeHost } from '../host/host.js'
import { type KvChange, memoryKvStore } from '../kv/kv-store.js'
import type { WorkerNews, WorkerOrder } from './worker-messages.js'

/** What a worker is to the code in it; `self` of a dedicated worker is one. */
export interface WorkerScope {
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerOrder }) => void): void
  postMessage(news: WorkerNews, options: { readonly transfer: ArrayBuffer[] }): void
}

/** What {@link serveCartridge} asks for. */
export interface ServeCartridgeDeps {
  readonly scope: WorkerScope
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Chance of cartridges with the capability `entropy`. */
  readonly rng: Rng
  /** The engine of scripts, asked for when a script comes; without it they are refused. */
  readonly scriptEngine?: CartridgeHostDeps['scriptEngine']
}

/** Runs the cartridge that `openWorkerCartridge` asks for, for as long as the worker lives. */
export function serveCartridge({ scope, clock, rng, scriptEngine }: ServeCartridgeDeps): void {
  const say = (news: WorkerNews, transfer: ArrayBuffer[] = []): void => scope.postMessage(news, { transfer })
  const memory = memoryKvStore()
  let changes: KvChange[] = []
  const host = createCartridgeHost({
    clock,
    rng,
    scriptEngine,
    kv: {
      load: (cartridge) => memory.load(cartridge),
      commit(committed) {
        memory.commit(committed)
        changes.push(...committed)
      },
    },
    // Whoever asked is told of each by the answer.
    events: { publish: () => undefined },
    log: (_, level, text) => say({ type: 'log', level, text }),
  })
  let id = ''

  const perform = async (order: WorkerOrder): Promise<void> => {
    changes = []
    try {
      if (order.type === 'load') {
        id = order.program.id
        memory.commit(order.entries.map(([key, value]) => ({ cartridge: id, key, value })))
        await host.load(order.program)
        say({ type: 'done', result: undefined, changes })
      } else {
        const result = host.call(id, order.name, order.input)
        say({ type: 'done', result, changes }, transferable(result.output))
      }
    } catch (error) {
      say({ type: 'failed', failure: toFailure(error) })
    }
  }
  scope.addEventListener('message', ({ data }) => void perform(data))
  say({ type: 'ready' })
}

/** Pictures are handed over, not copied. */
function transferable(output: unknown): ArrayBuffer[] {
  return typeof output === 'object' &&
    output !== null &&
    'pixels' in output &&
    output.pixels instanceof Uint8ClampedArray
    ? [output.pixels.buffer as ArrayBuffer]
    : []
}
