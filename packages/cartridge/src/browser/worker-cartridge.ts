/** The page's side: a cartridge in a worker of its own, ended by the clock when it does not answer. */

import type { Clock } from '@salp/core'
import { CartridgeTrap } from '../errors.js'
import { fromFailure } from '../host/failure.js'
import type { CallResult, CartridgeCalls } from '../host/host.js'
import type { Program } from '../host/program.js'
import type { KvStore } from '../kv/kv-store.js'
import { defaultLimits, lowestLimits } from '../limits.js'
import type { WorkerNews, WorkerOrder } from './worker-messages.js'

/** A worker that runs `serveCartridge`; `Worker` of a browser is one. */
export interface CartridgeWorker {
  postMessage(order: WorkerOrder): void
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerNews }) => void): void
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void
  terminate(): void
}

/** What {@link openWorkerCartridge} asks for. */
export interface WorkerCartridgeDeps {
  /** Starts a worker. */
  spawn(): CartridgeWorker
  readonly clock: Pick<Clock, 'sleep'>
  /** Where its keys and values are kept; it is told of changes after each call. */
  readonly kv: KvStore
  /** A line of its log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  log(level: number, text: string): void
}

/** A cartridge that runs in a worker. */
export interface WorkerCartridge {
  /**
   * Calls it; calls are answered in the order made.
   *
   * @throws {@link CartridgeTrap} if it is stopped. After `cartridge/timeout` its worker is gone, and each later call fails
   *   the same way.
   */
  call<Name extends keyof CartridgeCalls>(
    name: Name,
    input: CartridgeCalls[Name]['input'],
  ): Promise<CallResult<CartridgeCalls[Name]['output']>>
  /** Ends the worker. May be called twice. */
  close(): void
}

/** How often the clock is looked at, in ms. */
const tickMs = 250
/** For the worker's own script, the module's check and its trial, in ms. */
const startMs = 20_000

interface Job {
  readonly limitMs: number
  resolve(result: CallResult<unknown> | undefined): void
  reject(error: unknown): void
}

/**
 * Starts a worker and loads a program in it.
 *
 * A call has the wall clock of its kind (2 s for a frame), counted in steps of 250 ms in which the page itself ran: where
 * the page stood still, that is not held against the cartridge.
 *
 * @throws {@link CartridgeRejected} or {@link CartridgeTrap} if it is not let in.
 * @throws Error if the worker cannot be started.
 */
export async function openWorkerCartridge(deps: WorkerCartridgeDeps, program: Program): Promise<WorkerCartridge> {
  const { clock, kv } = deps
  const { wallClockMs } = lowestLimits(defaultLimits[program.kind], program.limits)
  const queue: Job[] = []
  let ended: unknown
  let watching = false
  const worker = deps.spawn()

  const end = (error: unknown): void => {
    if (ended !== undefined) return
    ended = error
    worker.terminate()
    for (const job of queue.splice(0)) job.reject(error)
  }

  const watch = async (): Promise<void> => {
    watching = true
    let watched = queue[0]
    let ticks = 0
    while (watched !== undefined) {
      await clock.sleep(tickMs)
      if (queue[0] !== watched) ticks = 0
      else if (++ticks * tickMs >= watched.limitMs)
        end(new CartridgeTrap('timeout', `it took longer than ${watched.limitMs} ms`))
      watched = queue[0]
    }
    watching = false
  }

  const ask = (limitMs: number, send: () => void): Promise<CallResult<unknown> | undefined> => {
    if (ended !== undefined) return Promise.reject(ended)
    const { promise, resolve, reject } = Promise.withResolvers<CallResult<unknown> | undefined>()
    queue.push({ limitMs, resolve, reject })
    send()
    if (!watching) void watch()
    return promise
  }

  const load = (): void => {
    worker.postMessage({ type: 'load', program, entries: [...kv.load(program.id)] })
  }

  worker.addEventListener('error', ({ message }) =>
    end(new Error(`Cannot run the cartridge "${program.id}": its worker failed${message ? `: ${message}` : ''}`)),
  )
  worker.addEventListener('message', ({ data }) => {
    if (ended !== undefined) return
    switch (data.type) {
      case 'ready':
        load()
        return
      case 'log':
        deps.log(data.level, data.text)
        return
      case 'failed':
        queue.shift()?.reject(fromFailure(data.failure))
        return
      case 'done':
        if (data.changes.length > 0) kv.commit(data.changes)
        queue.shift()?.resolve(data.result)
    }
  })

  try {
    // The load is sent when the worker says that it is ready.
    await ask(startMs, () => undefined)
  } catch (error) {
    end(error)
    throw error
  }
  return {
    async call<Name extends keyof CartridgeCalls>(name: Name, input: CartridgeCalls[Name]['input']) {
      const result = await ask(wallClockMs, () => worker.postMessage({ type: 'call', name, input }))
      return result as CallResult<CartridgeCalls[Name]['output']>
    },
    close: () => end(new CartridgeTrap('timeout', 'it was closed')),
  }
}
