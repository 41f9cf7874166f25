/** Runs cartridges in a thread of their own, which is ended when one of them takes too long. */

import { Worker } from 'node:worker_threads'
import type { Clock, Publisher, Rng } from '@salp/core'
import { CartridgeTrap } from '../errors.js'
import type { AsyncCartridgeHost } from '../host/async-host.js'
import { fromFailure } from '../host/failure.js'
import type { CallResult, CartridgeCalls, CartridgeEvents, LoadedCartridge, LoadOptions } from '../host/host.js'
import type { Fetcher } from '../host/http.js'
import type { Program } from '../host/program.js'
import type { KvStore } from '../kv/kv-store.js'
import { defaultLimits, lowestLimits } from '../limits.js'
import type { ScriptEngine } from '../script/engine.js'
import { isRollbackDue } from '../slot/slot.js'
import { type HttpDoor, openHttpDoor } from './http-door.js'
import type { ThreadStart } from './thread.js'
import type { ThreadMessage, ThreadRequest, ThreadResult, ThreadWork } from './thread-messages.js'

/** What a {@link ThreadHost} asks for. */
export interface ThreadHostDeps {
  readonly clock: Clock
  /** Seeds the chance of cartridges. */
  readonly rng: Rng
  readonly kv: KvStore
  readonly events: Publisher<CartridgeEvents>
  /** A line of a cartridge's log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  log(cartridge: string, level: number, text: string): void
  /** The engine of scripts, asked for when the first one comes; without it scripts are refused. */
  readonly scriptEngine?: (() => Promise<ScriptEngine>) | undefined
  /** Makes the requests of cartridges with the capability `http`; without it they are refused. */
  readonly http?: Fetcher | undefined
}

/**
 * The cartridges of one thread. What is asked waits its turn there; those that call one another have to be together.
 *
 * A call that takes longer than its `wallClockMs` ends with the thread. A fresh one gets the same versions and what was
 * kept, and whatever waited is done there. A request of the call's is aborted with the thread.
 */
export type ThreadHost = AsyncCartridgeHost

/** Work that waits or runs. */
interface Job extends PromiseWithResolvers<ThreadResult> {
  readonly work: ThreadWork
  readonly cartridge: string
  readonly limitMs: number
  /** In ms since the epoch. */
  readonly since: number
  /** Whoever asked was told that it was stopped: it is not to be begun, or ended at once. */
  stopped: boolean
}

/** A version that the thread holds, or has to hold again. */
interface HeldVersion {
  readonly number: number
  readonly program: Program
  /** By `monotonic`. */
  readonly since: number
  /** Calls that ended with the thread. */
  timeouts: number
}

const fromSource = import.meta.url.endsWith('.ts')
const threadUrl = new URL(fromSource ? './thread.ts' : './thread.js', import.meta.url)

/** Node runs our sources with these; what was built needs none. */
const sourceFlags = (): string[] => [
  ...['--conditions=@salp/source', '--no-warnings', '--experimental-strip-types'],
  ...['--import', import.meta.resolve('@salp/presets/run-source')],
]

/** Of all that is no call, in ms. */
const shortWorkMs = defaultLimits.backend.wallClockMs

/** Active version and those before it. */
const heldVersions = 4

/** Opens a host whose thread starts when it is first asked something, and keeps the process alive only while it works. */
export function openThreadHost(deps: ThreadHostDeps): ThreadHost {
  const { clock, kv, events } = deps
  const versions = new Map<string, HeldVersion[]>()
  const told = new Set<string>()
  let queue: Job[] = []
  let worker: Worker | undefined
  let door: HttpDoor | undefined
  /** Whether the thread runs. */
  let ready = false
  /** Versions that it is given back before the first of the queue begins, in the order of their answers. */
  let restoring: { readonly id: string; readonly number: number }[] = []
  /** When the first of the queue began, or the thread to start, by `monotonic`. */
  let began = 0
  let watch = new AbortController()
  /** When the watch looks again, by `monotonic`. */
  let looksAt = Number.POSITIVE_INFINITY
  /** Whether it rests as soon as nobody asks at once. */
  let willRest = false
  let closed = false

  const start = (): Worker => {
    const seed = Array.from({ length: 8 }, () => deps.rng().toString(36)).join()
    door = deps.http && openHttpDoor(deps.http)
    const started = new Worker(threadUrl, {
      workerData: { seed, scripts: deps.scriptEngine !== undefined, door: door?.end } satisfies ThreadStart,
      transferList: door === undefined ? [] : [door.end.port],
      execArgv: fromSource ? sourceFlags() : [],
      resourceLimits: { maxOldGenerationSizeMb: 32, stackSizeMb: 4 },
    })
    started.on('message', (message: ThreadMessage) => {
      if (started === worker) hear(message)
    })
    started.on('error', (error) => {
      if (started === worker) lose(new CartridgeTrap('limit', 'its thread broke down', error))
    })
    worker = started
    began = clock.monotonic()
    ready = false
    told.clear()
    for (const [id, held] of versions)
      for (const { number, program } of held) {
        restoring.push({ id, number })
        send(started, loading(id, program, { version: number, trial: false }))
      }
    return started
  }

  const loading = (id: string, program: Program, options: LoadOptions): ThreadWork => {
    const entries = told.has(id) ? undefined : [...kv.load(id)]
    told.add(id)
    return { type: 'load', program, options, entries }
  }

  const send = (to: Worker, work: ThreadWork): void => {
    tell(to, { type: 'work', now: clock.now(), work })
  }

  const tell = (to: Worker, request: ThreadRequest): void => to.postMessage(request)

  const giveEngine = async (to: Worker | undefined): Promise<void> => {
    if (to === undefined || deps.scriptEngine === undefined) return
    try {
      tell(to, { type: 'engine', engine: await deps.scriptEngine() })
    } catch (error) {
      tell(to, { type: 'no-engine', error })
    }
  }

  const hear = (message: ThreadMessage): void => {
    switch (message.type) {
      case 'log':
        deps.log(message.cartridge, message.level, message.text)
        return
      case 'event':
        if (message.name === 'cartridge:rolled-back') versions.get(message.event.cartridge)?.pop()
        publish(events, message)
        return
      case 'engine-wanted':
        void giveEngine(worker)
        return
      default:
        began = clock.monotonic()
        if (message.type === 'ready') ready = true
        else if (restoring.length > 0) restored(message)
        else answer(message)
        skipStopped()
        attend()
    }
  }

  /** Nobody waits for these; a version that does not come up again is given up. */
  const restored = (message: Extract<ThreadMessage, { type: 'done' | 'failed' }>): void => {
    const version = restoring.shift()
    if (version === undefined || message.type === 'done') return
    const { id, number } = version
    versions.set(
      id,
      (versions.get(id) ?? []).filter((held) => held.number !== number),
    )
    const error = fromFailure(message.failure)
    if (error instanceof CartridgeTrap) publishTrap(id, number, error)
  }

  const publishTrap = (cartridge: string, version: number, { reason, message }: CartridgeTrap): void =>
    events.publish('cartridge:trapped', { cartridge, version, reason, message, at: clock.now() })

  const answer = (message: Extract<ThreadMessage, { type: 'done' | 'failed' }>): void => {
    const job = queue.shift()
    if (job === undefined) return
    if (message.type === 'failed') {
      job.reject(fromFailure(message.failure))
      return
    }
    try {
      if (message.changes.length > 0) kv.commit(message.changes)
    } catch (error) {
      // The thread believes in writes that are not there.
      job.reject(error)
      replace()
      return
    }
    if (job.work.type === 'load') hold(job.work.program, Number(message.result))
    if (job.work.type === 'unload') {
      versions.delete(job.cartridge)
      told.delete(job.cartridge)
    }
    job.resolve(message.result)
  }

  const hold = (program: Program, number: number): void => {
    const before = versions.get(program.id) ?? []
    const held = before.at(-1)?.number === number ? before.slice(0, -1) : before
    versions.set(program.id, [...held, { number, program, since: clock.monotonic(), timeouts: 0 }].slice(-heldVersions))
  }

  /** Fails what runs, and does the rest in another thread. */
  const lose = (error: CartridgeTrap): void => {
    const job = queue.shift()
    if (job?.work.type === 'call') stopVersion(job.cartridge, error)
    replace()
    job?.reject(error)
  }

  /** Ends the thread where the first of the queue was stopped, and does the rest in another. */
  const skipStopped = (): void => {
    if (queue[0]?.stopped !== true) return
    queue = queue.filter(({ stopped }) => !stopped)
    replace()
  }

  /** Notes a trap that the thread cannot note any more, and rolls the version back where it would be there. */
  const stopVersion = (cartridge: string, error: CartridgeTrap): void => {
    const held = versions.get(cartridge) ?? []
    const [before, version] = [held.at(-2), held.at(-1)]
    if (version === undefined) return
    publishTrap(cartridge, version.number, error)
    const due = isRollbackDue({
      traps: ++version.timeouts,
      ageMs: clock.monotonic() - version.since,
      kind: version.program.kind,
    })
    if (!due || before === undefined) return
    held.pop()
    const [from, to] = [version.number, before.number]
    events.publish('cartridge:rolled-back', { cartridge, from, to, reason: error.reason, at: clock.now() })
  }

  const replace = (): void => {
    const old = worker
    worker = undefined
    restoring = []
    door?.close()
    void old?.terminate()
    if (queue.length === 0) return
    const fresh = start()
    for (const { work } of queue)
      send(fresh, work.type === 'load' ? loading(work.program.id, work.program, work.options) : work)
  }

  /** When the first of the queue has taken too long. */
  const deadline = ({ limitMs }: Job): number => began + (ready && restoring.length === 0 ? limitMs : shortWorkMs)

  /** Ends the thread when the first of the queue has taken too long. */
  const guard = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const [job] = queue
      if (job === undefined) {
        looksAt = Number.POSITIVE_INFINITY
        return
      }
      looksAt = deadline(job)
      const left = looksAt - clock.monotonic()
      if (left <= 0) {
        lose(new CartridgeTrap('timeout', `it took longer than ${job.limitMs} ms`))
        continue
      }
      try {
        await clock.sleep(left, { signal })
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
    }
  }

  /** Watches the first of the queue, if nobody would look in time; lets the thread rest soon if there is none. */
  const attend = (): void => {
    const [job] = queue
    if (job === undefined) {
      // Whoever awaited an answer and asks again finds the watch as it was: to start one costs as much as a call.
      if (!willRest) setImmediate(rest)
      willRest = true
      return
    }
    if (deadline(job) >= looksAt) return
    watch.abort()
    watch = new AbortController()
    looksAt = Number.POSITIVE_INFINITY
    void guard(watch.signal)
  }

  const rest = (): void => {
    willRest = false
    if (queue.length > 0) return
    watch.abort()
    looksAt = Number.POSITIVE_INFINITY
    worker?.unref()
  }

  const ask = (work: ThreadWork, cartridge: string, limitMs: number): Promise<ThreadResult> => {
    if (closed) return Promise.reject(new RangeError('Cannot use a host that is closed'))
    const running = worker ?? start()
    const about = { work, cartridge, limitMs, since: clock.now(), stopped: false }
    const job: Job = { ...about, ...Promise.withResolvers<ThreadResult>() }
    queue.push(job)
    send(running, work)
    if (queue.length === 1) {
      began = clock.monotonic()
      running.ref()
      attend()
    }
    return job.promise
  }

  const limitOf = (program: Program | undefined): number =>
    program === undefined ? shortWorkMs : lowestLimits(defaultLimits[program.kind], program.limits).wallClockMs

  const askShort = (type: 'rollback' | 'unload' | 'describe', cartridge: string): Promise<ThreadResult> =>
    ask({ type, cartridge }, cartridge, shortWorkMs)

  return {
    async load(program, options = {}) {
      // What it kept is read when it is told to the thread, so that whatever is still to be written comes first.
      await queue.find(({ work }) => work.type === 'unload' && work.cartridge === program.id)?.promise
      if (worker === undefined && !closed) start()
      return (await ask(loading(program.id, program, options), program.id, shortWorkMs)) as number
    },
    async call<Name extends keyof CartridgeCalls>(id: string, name: Name, input: CartridgeCalls[Name]['input']) {
      const program = versions.get(id)?.at(-1)?.program
      const result = await ask({ type: 'call', cartridge: id, name, input }, id, limitOf(program))
      return result as CallResult<CartridgeCalls[Name]['output']>
    },
    rollback: async (id) => (await askShort('rollback', id)) as number | undefined,
    async write(id, changes) {
      await ask({ type: 'write', cartridge: id, changes }, id, shortWorkMs)
    },
    unload: async (id) => (await askShort('unload', id)) as boolean,
    describe: async (id) => (await askShort('describe', id)) as LoadedCartridge | undefined,
    calls: () =>
      queue.flatMap(({ work, cartridge, since, stopped }, index) =>
        work.type === 'call' && !stopped ? [{ cartridge, since, running: index === 0 }] : [],
      ),
    stop(id) {
      const calls = queue.filter(({ work, cartridge, stopped }) => work.type === 'call' && cartridge === id && !stopped)
      for (const job of calls) {
        job.stopped = true
        job.reject(new CartridgeTrap('stopped', 'a person stopped it'))
      }
      skipStopped()
      attend()
      return calls.length
    },
    async close() {
      closed = true
      const waiting = queue
      queue = []
      attend()
      for (const { reject } of waiting) reject(new CartridgeTrap('timeout', 'its host was closed'))
      const old = worker
      worker = undefined
      door?.close()
      await old?.terminate()
    },
  }
}

/** Tells one event; the message pairs its name with its data. */
function publish<Name extends keyof CartridgeEvents>(
  events: Publisher<CartridgeEvents>,
  { name, event }: { readonly name: Name; readonly event: CartridgeEvents[Name] },
): void {
  events.publish(name, event)
}
