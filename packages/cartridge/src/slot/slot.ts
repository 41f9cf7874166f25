/** The place of one cartridge: the version that runs, and those it can go back to. */

import type { Clock } from '@salp/core'
import type { CartridgeTrap } from '../errors.js'
import type { Guest } from '../host/guest.js'
import type { Program } from '../host/program.js'
import type { Limits } from '../limits.js'
import type { Kind } from '../rewrite/abi.js'

/** A program that may run. */
export interface InstalledProgram {
  readonly program: Program
  readonly limits: Limits
  /** Makes an instance, in which nothing of it ran. */
  instantiate(): Guest
}

/** What a slot is told to do beyond itself. */
export interface SlotDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Makes an instance and runs what comes first in it; its writes are kept if this returns. */
  revive(installed: InstalledProgram): Guest
}

/** A version that was active, or is. */
interface Version {
  readonly number: number
  readonly installed: InstalledProgram
  readonly since: number
  guest: Guest
  /** Whether each of the last calls trapped, newest last. */
  readonly recent: boolean[]
}

/** Versions that are kept beside the active one. */
const keptVersions = 3
/** A version that traps so often in so many calls while it is so young is rolled back. */
const trapsToRollBack = 3
const callsWatched = 10
const youngMs = 600_000

/** Whether a version is to be rolled back. @param traps - Of its last calls, the present one included. */
export function isRollbackDue({ kind, traps, ageMs }: { kind: Kind; traps: number; ageMs: number }): boolean {
  return kind === 'cognitive' || (ageMs < youngMs && traps >= trapsToRollBack)
}

/** Holds the active version and up to three before it, as live instances. */
export class Slot {
  readonly #deps: SlotDeps
  readonly #kept: Version[] = []
  #active: Version | undefined
  #lastNumber = 0

  constructor(deps: SlotDeps) {
    this.#deps = deps
  }

  /** Number of the active version; 1 is the first. */
  get version(): number {
    return this.#version().number
  }

  get installed(): InstalledProgram {
    return this.#version().installed
  }

  /** Versions that a rollback can reach, newest first. */
  get keptVersions(): readonly number[] {
    return this.#kept.map(({ number }) => number).reverse()
  }

  /**
   * Makes a version the active one; `guest` has passed its trial. Calls that run end on the one they began with. One with the
   * number of the active version takes its place.
   *
   * @returns Its number.
   */
  activate(installed: InstalledProgram, guest: Guest, number: number = this.#lastNumber + 1): number {
    if (this.#active !== undefined && this.#active.number !== number) this.#kept.push(this.#active)
    if (this.#kept.length > keptVersions) this.#kept.shift()
    this.#lastNumber = Math.max(this.#lastNumber, number)
    this.#active = { number, installed, guest, since: this.#deps.clock.monotonic(), recent: [] }
    return this.#active.number
  }

  /** Goes back to the version before. Its keys and values stay as they are. @returns Its number, or `undefined` if there is none. */
  rollback(): number | undefined {
    const before = this.#kept.pop()
    if (before === undefined) return undefined
    before.recent.length = 0
    this.#active = before
    return before.number
  }

  /** The instance to enter: a new one if the last one trapped. */
  guest(): Guest {
    const version = this.#version()
    if (version.guest.trap !== undefined) version.guest = this.#deps.revive(version.installed)
    return version.guest
  }

  /** Notes how a call of `version` ended. @returns The version that a rollback led to, if that was due. */
  note(version: number, trap: CartridgeTrap | undefined): number | undefined {
    const active = this.#version()
    // A call that began on a version that was replaced meanwhile says nothing about the present one.
    if (active.number !== version) return undefined
    active.recent.push(trap !== undefined)
    if (active.recent.length > callsWatched) active.recent.shift()
    if (trap === undefined || this.#kept.length === 0) return undefined
    const traps = active.recent.filter(Boolean).length
    const ageMs = this.#deps.clock.monotonic() - active.since
    return isRollbackDue({ kind: active.installed.program.kind, traps, ageMs }) ? this.rollback() : undefined
  }

  #version(): Version {
    if (this.#active === undefined) throw new RangeError('Cannot use a slot: nothing is active in it')
    return this.#active
  }
}
