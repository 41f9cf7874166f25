/** Runs cartridges in this thread: loads, calls, replaces and rolls them back. */

import { type Clock, type Publisher, type Rng, SalpError } from '@salp/core'
import { CartridgeRejected, CartridgeTrap, type TrapReason } from '../errors.js'
import type { KvChange, KvStore } from '../kv/kv-store.js'
import { KvSpaces, type KvTransaction } from '../kv/transaction.js'
import { defaultLimits, lowestLimits } from '../limits.js'
import type { Kind } from '../rewrite/abi.js'
import { prepare } from '../rewrite/prepare.js'
import type { ScriptEngine } from '../script/engine.js'
import { type InstalledProgram, Slot } from '../slot/slot.js'
import {
  type CartridgeRequest,
  type CartridgeResponse,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  isResponse,
} from './frames.js'
import type { CallChain, EntryUsage, Framebuffer, Guest, GuestWorld } from './guest.js'
import { type HttpOutcome, maxHttpRequests, type OutgoingRequest, type RequestCount, requestOut } from './http.js'
import { ModuleGuest } from './module-guest.js'
import type { Program } from './program.js'
import { ScriptGuest, scriptFunctions } from './script-guest.js'
import { callErrors } from './services.js'
import { parseTree, type UiTree } from './tree.js'

/** A payment that was verified for a request. */
export interface CartridgePayment {
  readonly payer: string
  /** Base units. */
  readonly amount: string
  readonly tx: string
}

/** What can be asked of a cartridge, by kind of call, and what it answers. */
export interface CartridgeCalls {
  /** Of a backend. */
  readonly request: {
    readonly input: { readonly request: CartridgeRequest; readonly payment?: CartridgePayment | undefined }
    readonly output: CartridgeResponse
  }
  /** Of a cognitive function; JSON both ways. */
  readonly invoke: { readonly input: { readonly value: unknown }; readonly output: unknown }
  /** Of a frontend: an event in, which is JSON, and a tree out, which is safe to build. */
  readonly render: { readonly input: { readonly event: unknown }; readonly output: UiTree }
  /** Of an interactive cartridge; times in ms. */
  readonly frame: { readonly input: { readonly tMs: number; readonly dtMs: number }; readonly output: CartridgeFrame }
  readonly key: { readonly input: { readonly code: number; readonly down: boolean }; readonly output: undefined }
  readonly pointer: {
    readonly input: { readonly x: number; readonly y: number; readonly buttons: number }
    readonly output: undefined
  }
}

/** A frame of an interactive cartridge. */
export interface CartridgeFrame extends Framebuffer {
  /** Whether the picture differs from the last one. */
  readonly changed: boolean
  /** Whether it wants to end. */
  readonly ended: boolean
}

/** What came of a call. */
export interface CallResult<Output> extends EntryUsage {
  readonly output: Output
  /** Version that answered. */
  readonly version: number
  readonly durationMs: number
  /** Bytes of the instance's memory after it. */
  readonly memoryBytes: number
}

/** What a host tells. */
export interface CartridgeEvents {
  'cartridge:installed': { readonly cartridge: string; readonly version: number; readonly at: number }
  'cartridge:trapped': {
    readonly cartridge: string
    readonly version: number
    readonly reason: TrapReason
    readonly message: string
    readonly at: number
  }
  'cartridge:rolled-back': {
    readonly cartridge: string
    readonly from: number
    readonly to: number
    /** Why, if nobody asked for it. */
    readonly reason: TrapReason | undefined
    readonly at: number
  }
}

/** What a host asks for. */
export interface CartridgeHostDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Chance of cartridges with the capability `entropy`. */
  readonly rng: Rng
  readonly kv: KvStore
  readonly events: Publisher<CartridgeEvents>
  /** A line of a cartridge's log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  log(cartridge: string, level: number, text: string): void
  /** The engine of scripts, asked for when the first one comes; without it scripts are refused. */
  readonly scriptEngine?: (() => Promise<ScriptEngine>) | undefined
  /** Makes a request, and returns when it is answered: only for a thread that may be held up. Without it none is made. */
  readonly fetchSync?: ((request: OutgoingRequest) => HttpOutcome) | undefined
}

/** What is known of a cartridge that is loaded. */
export interface LoadedCartridge {
  readonly version: number
  /** Versions that a rollback can reach, newest first. */
  readonly keptVersions: readonly number[]
  readonly memoryBytes: number
}

/** Cartridges by id. Calls are synchronous: one at a time runs, and whoever calls waits. */
export interface CartridgeHost {
  /**
   * Lets a program in and makes it the active version of its id. Until it has passed its trial the version before answers.
   *
   * The trial: a backend answers `GET /`, an interactive cartridge draws a frame, a frontend answers `mount`, a cognitive
   * function its examples. What the trial writes is forgotten; what `cart_init` writes is kept. Neither reaches out by `http`.
   *
   * @returns Number of the version.
   * @throws {@link CartridgeRejected} if it breaks a rule.
   * @throws {@link CartridgeTrap} if it fails in its trial.
   */
  load(program: Program, options?: LoadOptions): Promise<number>
  /**
   * Calls a cartridge. What it wrote is kept if the call succeeds, and nothing of it otherwise.
   *
   * @throws {@link CartridgeTrap} if it is stopped. The next call gets a new instance, or the version before after several.
   * @throws {@link CartridgeMissingError} (`cartridge/missing`).
   */
  call<Name extends keyof CartridgeCalls>(
    id: string,
    name: Name,
    input: CartridgeCalls[Name]['input'],
  ): CallResult<CartridgeCalls[Name]['output']>
  /** Goes back to the version before, in code alone. @returns Its number, or `undefined` if there is none. */
  rollback(id: string): number | undefined
  /**
   * Writes keys and values from outside, between calls: what is set, and with `null` deleted; all or none.
   *
   * @throws RangeError if a limit of the cartridge would be passed.
   */
  write(id: string, changes: readonly KvWrite[]): void
  /** Forgets a cartridge. Its keys and values stay in the store, and are read anew if it is loaded again. @returns Whether there was one. */
  unload(id: string): boolean
  describe(id: string): LoadedCartridge | undefined
}

/** How a program is let in. */
export interface LoadOptions {
  /** Number it goes by. That of the active version puts it in its place, without a way back. @defaultValue the next one */
  readonly version?: number | undefined
  /** Whether it has to pass its trial; one that was active before need not. @defaultValue `true` */
  readonly trial?: boolean | undefined
}

/** A value under a key, or with `null` none. */
export type KvWrite = Omit<KvChange, 'cartridge'>

type CallName = keyof CartridgeCalls

const callsOf: Readonly<Record<Kind, readonly CallName[]>> = {
  backend: ['request'],
  cognitive: ['invoke'],
  frontend: ['render'],
  interactive: ['frame', 'key', 'pointer'],
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const none = 'null'

/** Level of a line of log. */
const warning = 2

/** The calls that are open, and what they share. */
interface OpenCall {
  readonly path: readonly string[]
  readonly writes: KvTransaction
  /** UTF-8 JSON, where there is one. */
  readonly payment?: string | undefined
  /** Without it nobody else is asked. */
  readonly requests?: RequestCount | undefined
}

/** Creates a host without cartridges. */
export function createCartridgeHost(deps: CartridgeHostDeps): CartridgeHost {
  const { clock, events } = deps
  const slots = new Map<string, Slot>()
  const spaces = new KvSpaces(deps.kv)
  const world: GuestWorld = {
    now: () => clock.now(),
    random(into) {
      for (let at = 0; at < into.length; at += 4) {
        const word = deps.rng() * 0x1_0000_0000
        for (let byte = 0; byte < 4; byte++) into[at + byte] = word >>> (8 * byte)
      }
    },
    log: (cartridge, level, text) => deps.log(cartridge, level, text),
  }

  const chainOf = (open: OpenCall): CallChain => ({
    path: open.path,
    writes: open.writes,
    payment: open.payment ?? none,
    forward: (target, request, fuel) => forward(open, target, request, fuel),
    http: (request) => fetchFor(open, request),
  })

  /** Runs the cartridge that one calls; what it writes counts with the caller's, and whom it asks too. */
  const forward = (
    { path, writes, requests }: OpenCall,
    target: string,
    request: Uint8Array<ArrayBuffer>,
    fuel: number,
  ): ReturnType<CallChain['forward']> => {
    const refused = { fuel: 0, result: callErrors.refused }
    const caller = slots.get(path.at(-1) ?? '')?.installed
    const slot = slots.get(target)
    if (caller === undefined || !(caller.program.callTargets ?? []).includes(target)) return refused
    if (path.includes(target) || path.length >= caller.limits.callDepth) return refused
    if (slot === undefined || slot.installed.program.kind !== 'backend') return { fuel: 0, result: callErrors.missing }
    const { version } = slot
    const inner = writes.begin()
    let guest: Guest | undefined
    try {
      guest = slot.guest()
      const chain = chainOf({ path: [...path, target], writes: inner, requests })
      const { output, usage } = guest.exchange('handle', request, chain, fuel)
      note(target, slot, version, undefined)
      if (!isResponse(output)) return { fuel: usage.fuel, result: callErrors.failed }
      inner.merge()
      return { fuel: usage.fuel, result: output }
    } catch (error) {
      if (!(error instanceof CartridgeTrap)) throw error
      note(target, slot, version, error)
      return { fuel: guest === undefined ? 0 : Math.max(0, fuel - guest.fuelLeft), result: callErrors.failed }
    }
  }

  /** Asks another machine for the cartridge that runs. What went wrong stands in its log. */
  const fetchFor = ({ path, requests }: OpenCall, frame: Uint8Array<ArrayBuffer>): Uint8Array | number => {
    const id = path.at(-1) ?? ''
    const hosts = slots.get(id)?.installed.program.httpHosts ?? []
    // A trial, or `cart_init`.
    if (requests === undefined || requests.made > maxHttpRequests) return callErrors.refused
    const outcome = requestOut(frame, { hosts, requests, fetch: deps.fetchSync })
    if (outcome.status === 'answered') return encodeResponse(outcome.response)
    deps.log(id, warning, `http() ${outcome.status}: ${outcome.why}`)
    return callErrors[outcome.status]
  }

  const note = (id: string, slot: Slot, version: number, trap: CartridgeTrap | undefined): void => {
    const to = slot.note(version, trap)
    if (trap !== undefined)
      events.publish('cartridge:trapped', {
        ...{ cartridge: id, version, reason: trap.reason, message: trap.message, at: clock.now() },
      })
    if (to !== undefined)
      events.publish('cartridge:rolled-back', {
        cartridge: id,
        from: version,
        to,
        reason: trap?.reason,
        at: clock.now(),
      })
  }

  /** A new instance, after its `cart_init`. */
  const start = ({ program, instantiate }: InstalledProgram, writes: KvTransaction): Guest => {
    const guest = instantiate()
    guest.start(chainOf({ path: [program.id], writes }))
    return guest
  }

  const slotOf = (id: string): Slot => {
    const slot = slots.get(id)
    if (slot === undefined) throw new CartridgeMissingError(id)
    return slot
  }

  return {
    async load(program, { version: number, trial = true } = {}) {
      const installed = await install(program, world, deps.scriptEngine)
      const writes = spaces.begin()
      const guest = start(installed, writes)
      if (trial) tryOut(guest, program, () => chainOf({ path: [program.id], writes: writes.begin() }))
      spaces.commit(writes)
      const slot = slots.get(program.id) ?? new Slot({ clock, revive })
      const version = slot.activate(installed, guest, number)
      slots.set(program.id, slot)
      if (trial) events.publish('cartridge:installed', { cartridge: program.id, version, at: clock.now() })
      return version
    },
    call(id, name, input) {
      const slot = slotOf(id)
      const { version } = slot
      const { kind } = slot.installed.program
      if (!callsOf[kind].includes(name)) throw new RangeError(`Cannot call "${id}" by ${name}: it is ${kind}`)
      const writes = spaces.begin()
      const began = clock.monotonic()
      const open = { path: [id], writes, requests: { made: 0 } }
      try {
        const guest = slot.guest()
        const { output, usage } = perform(guest, name, input, (payment) => chainOf({ ...open, payment }))
        spaces.commit(writes)
        note(id, slot, version, undefined)
        return { output, version, durationMs: clock.monotonic() - began, memoryBytes: guest.memoryBytes, ...usage }
      } catch (error) {
        // To enter it twice is the caller's doing, not the version's.
        if (error instanceof CartridgeTrap && error.reason !== 'reentrant') note(id, slot, version, error)
        throw error
      }
    },
    rollback(id) {
      const slot = slotOf(id)
      const from = slot.version
      const to = slot.rollback()
      if (to !== undefined)
        events.publish('cartridge:rolled-back', { cartridge: id, from, to, reason: undefined, at: clock.now() })
      return to
    },
    write(id, changes) {
      const { limits } = slotOf(id).installed
      const writes = spaces.begin()
      for (const { key, value } of changes) {
        if (value === null) writes.delete(id, key)
        else if (writes.set(id, key, value, limits) !== 0)
          throw new RangeError(`Cannot keep "${key}" for "${id}": a limit of its keys and values would be passed`)
      }
      spaces.commit(writes)
    },
    unload(id) {
      spaces.forget(id)
      return slots.delete(id)
    },
    describe(id) {
      const slot = slots.get(id)
      if (slot === undefined) return undefined
      const { version, keptVersions } = slot
      return { version, keptVersions, memoryBytes: slot.guest().memoryBytes }
    },
  }

  function revive(installed: InstalledProgram): Guest {
    const writes = spaces.begin()
    const guest = start(installed, writes)
    spaces.commit(writes)
    return guest
  }
}

/** Lets a program in. */
async function install(
  program: Program,
  world: GuestWorld,
  scriptEngine: CartridgeHostDeps['scriptEngine'],
): Promise<InstalledProgram> {
  const { id, kind, capabilities = [], profile } = program
  const limits = lowestLimits(defaultLimits[kind], program.limits)
  if ('script' in program) {
    if (kind === 'interactive')
      throw new CartridgeRejected('feature', 'a script is too slow for pictures, write it in another language')
    if (scriptEngine === undefined) throw new CartridgeRejected('feature', 'this host has no engine for scripts')
    const engine = await scriptEngine()
    const wanted = scriptFunctions[kind]
    const script = { id, engine, source: program.script, wanted, capabilities, limits, world }
    return { program, limits, instantiate: () => new ScriptGuest(script) }
  }
  const { memoryPages } = limits
  const { bytes } = prepare(program.wasm, { kind, capabilities, profile, limits: { memoryPages } })
  const module = await compileModule(bytes)
  return { program, limits, instantiate: () => new ModuleGuest(module, { id, world, limits }) }
}

async function compileModule(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes)
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause
    throw new CartridgeRejected('malformed', cause.message, { cause })
  }
}

/** Puts a new version to the test. */
function tryOut(guest: Guest, { kind, examples = [] }: Program, chain: () => CallChain): void {
  switch (kind) {
    case 'backend': {
      const request = { method: 'GET', path: '/', query: '', headers: [], body: new Uint8Array() }
      perform(guest, 'request', { request }, chain)
      return
    }
    case 'interactive':
      perform(guest, 'frame', { tMs: 0, dtMs: 16 }, chain)
      return
    case 'frontend':
      perform(guest, 'render', { event: { type: 'mount' } }, chain)
      return
    case 'cognitive':
      if (examples.length === 0) throw new RangeError('Cannot load a cognitive function: it has no examples to pass')
      for (const { input, expected } of examples) {
        const { output } = perform(guest, 'invoke', { value: input }, chain)
        if (canonical(output) !== canonical(expected)) {
          const [is, wanted] = [output, expected].map((value) => canonical(value).slice(0, 200))
          throw new CartridgeTrap('response', `it answers ${is} to an example, where ${wanted} is right`)
        }
      }
  }
}

interface Performed<Output> {
  readonly output: Output
  readonly usage: EntryUsage
}

/** One kind of call: what goes in, and what comes out of it. */
const performers: {
  readonly [Name in CallName]: (
    guest: Guest,
    input: CartridgeCalls[Name]['input'],
    chain: (payment?: string) => CallChain,
  ) => Performed<CartridgeCalls[Name]['output']>
} = {
  request(guest, { request, payment }, chain) {
    const due = payment === undefined ? none : JSON.stringify(payment)
    const { output, usage } = guest.exchange('handle', encodeRequest(request), chain(due))
    return { output: decodeResponse(output), usage }
  },
  invoke: (guest, { value }, chain) => exchangeJson(guest, 'invoke', value, chain()),
  render(guest, { event }, chain) {
    const { output, usage } = exchangeJson(guest, 'render', event, chain())
    return { output: parseTree(output), usage }
  },
  frame(guest, { tMs, dtMs }, chain) {
    const { flags, picture, usage } = guest.frame(tMs, dtMs, chain())
    return { output: { ...picture, changed: (flags & 1) !== 0, ended: (flags & 2) !== 0 }, usage }
  },
  key: (guest, { code, down }, chain) => ({
    output: undefined,
    usage: guest.input('key', [code, down ? 1 : 0], chain()),
  }),
  pointer: (guest, { x, y, buttons }, chain) => ({
    output: undefined,
    usage: guest.input('pointer', [x, y, buttons], chain()),
  }),
}

function perform<Name extends CallName>(
  guest: Guest,
  name: Name,
  input: CartridgeCalls[Name]['input'],
  chain: (payment?: string) => CallChain,
): Performed<CartridgeCalls[Name]['output']> {
  return performers[name](guest, input, chain)
}

function exchangeJson(
  guest: Guest,
  name: 'invoke' | 'render',
  value: unknown,
  chain: CallChain,
): { output: unknown; usage: EntryUsage } {
  const { output, usage } = guest.exchange(name, encoder.encode(JSON.stringify(value ?? null)), chain)
  try {
    return { output: JSON.parse(decoder.decode(output)), usage }
  } catch (cause) {
    throw new CartridgeTrap('response', 'its answer is not JSON in UTF-8', cause)
  }
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  return JSON.stringify(value ?? null, sorted)
}

/** A cartridge that is not loaded. */
export class CartridgeMissingError extends SalpError {
  readonly cartridge: string
  constructor(cartridge: string) {
    super('cartridge/missing', `Cannot call the cartridge "${cartridge}": it is not loaded`)
    this.cartridge = cartridge
  }
}
