/** Cartridges over several threads, so that one that is busy holds up few others. */

import { createTurns } from '@salp/core'
import type { Program } from '../host/program.js'
import type { ThreadHost } from './thread-host.js'

/** What a pool asks for. */
export interface ThreadPoolDeps {
  /** Opens one of its threads; they share events, log, and the store of keys and values. */
  open(): ThreadHost
}

/** How large a pool is. */
export interface ThreadPoolOptions {
  /** Integer, 1 or more. @defaultValue `3` */
  readonly threads?: number | undefined
}

interface Place {
  readonly host: ThreadHost
  /** By number of version, the last ones. */
  readonly programs: ReadonlyMap<number, Program>
  /** Of all of them. */
  readonly callTargets: ReadonlySet<string>
}

/** Versions that a thread holds of a cartridge. */
const heldVersions = 4

/**
 * Opens a pool that is used as one host. A cartridge stays on the thread it was put on, the one with the fewest; those that
 * call one another are on the first, where they move with their versions when one that calls them comes. Threads start when
 * they are first needed.
 */
export function openThreadPool({ open }: ThreadPoolDeps, { threads = 3 }: ThreadPoolOptions = {}): ThreadHost {
  if (!(Number.isInteger(threads) && threads > 0)) throw new RangeError(`Cannot open a pool of ${threads} threads`)
  const hosts = Array.from({ length: threads }, open)
  const [shared] = hosts
  if (shared === undefined) throw new RangeError('Cannot open a pool without threads')
  const places = new Map<string, Place>()
  /** Changes of who is where are made one after the other. */
  const inTurn = createTurns()

  const isCalled = (id: string): boolean => [...places.values()].some(({ callTargets }) => callTargets.has(id))

  const quietest = (): ThreadHost => {
    const counts = new Map(hosts.map((host) => [host, 0]))
    for (const { host } of places.values()) counts.set(host, (counts.get(host) ?? 0) + 1)
    return hosts.reduce((least, host) => ((counts.get(host) ?? 0) < (counts.get(least) ?? 0) ? host : least), shared)
  }

  /** Cartridges that are between two threads; their calls wait. */
  const moving = new Map<string, Promise<void>>()

  const move = async (id: string, { host, programs, callTargets }: Place): Promise<void> => {
    const known = await host.describe(id)
    await host.unload(id)
    for (const version of [...(known?.keptVersions ?? [])].reverse().concat(known?.version ?? [])) {
      const program = programs.get(version)
      if (program !== undefined) await shared.load(program, { version, trial: false })
    }
    places.set(id, { host: shared, programs, callTargets })
  }

  /** Brings cartridges to the thread of those that call, with those they call themselves. */
  const gather = async (ids: Iterable<string>): Promise<void> => {
    for (const id of ids) {
      const place = places.get(id)
      if (place === undefined || place.host === shared) continue
      const done = move(id, place)
      moving.set(id, done)
      try {
        await done
      } finally {
        moving.delete(id)
      }
      await gather(place.callTargets)
    }
  }

  /** The thread of a cartridge, once it is there. */
  const hostOf = async (id: string): Promise<ThreadHost> => {
    // Whoever moves it hears of a failure.
    await moving.get(id)?.catch(() => undefined)
    return places.get(id)?.host ?? shared
  }

  return {
    load: (program, options) =>
      inTurn(async () => {
        const { id, callTargets = [] } = program
        if (callTargets.length > 0 || isCalled(id)) await gather([id, ...callTargets])
        const before = places.get(id)
        const host = before?.host ?? (callTargets.length > 0 || isCalled(id) ? shared : quietest())
        const version = await host.load(program, options)
        const programs = [...(before?.programs ?? []), [version, program] as const].slice(-heldVersions)
        places.set(id, {
          host,
          programs: new Map(programs),
          callTargets: new Set([...(before?.callTargets ?? []), ...callTargets]),
        })
        return version
      }),
    async call(id, name, input) {
      const host = moving.size === 0 ? (places.get(id)?.host ?? shared) : await hostOf(id)
      return host.call(id, name, input)
    },
    rollback: (id) => inTurn(async () => (await hostOf(id)).rollback(id)),
    write: async (id, changes) => (await hostOf(id)).write(id, changes),
    unload: (id) =>
      inTurn(async () => {
        const host = await hostOf(id)
        places.delete(id)
        return host.unload(id)
      }),
    describe: async (id) => (await hostOf(id)).describe(id),
    calls: () => hosts.flatMap((host) => host.calls()),
    stop: (id) => hosts.reduce((stopped, host) => stopped + host.stop(id), 0),
    async close() {
      await Promise.all(hosts.map((host) => host.close()))
    },
  }
}
