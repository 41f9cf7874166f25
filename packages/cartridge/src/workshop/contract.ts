/** What a workshop does, and what it asks for. */

import type { Clock, EventBus, Logger } from '@salp/core'
import type { CompilerBackend } from '../compile/compiler.js'
import type { AsyncCartridgeHost } from '../host/async-host.js'
import type { CallResult, CartridgeCalls, CartridgeEvents } from '../host/host.js'
import type { Program } from '../host/program.js'
import type { KvStore } from '../kv/kv-store.js'
import type {
  BuildView,
  CallOrder,
  CallView,
  CartridgeSummary,
  CartridgeView,
  ChangeOrder,
  CheckView,
  CreateOrder,
  KvEntryView,
  Language,
  LogLine,
  TemplateView,
  TestView,
  VersionDetail,
} from '../protocol.js'
import type { Capability, Kind } from '../rewrite/abi.js'
import type { Template } from '../templates.js'
import type { Catalog } from './catalog.js'

/** What a workshop tells, beside what its host does. */
export interface WorkshopEvents extends CartridgeEvents {
  /** A draft, a version or what is published changed; or a cartridge is new or gone. */
  'cartridge:changed': { readonly cartridge: string; readonly at: number }
}

/** What a workshop is made of. */
export interface WorkshopDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly events: EventBus<WorkshopEvents>
  readonly catalog: Catalog
  readonly kv: KvStore
  /** What runs, by its hash. */
  readonly artifacts: {
    put(bytes: Uint8Array): Promise<string>
    get(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  }
  readonly compilers: Readonly<Partial<Record<Language, CompilerBackend>>>
  readonly templates: readonly Template[]
  /** Opens the host that answers. @param log - Takes the lines of its cartridges. */
  openHost(log: (cartridge: string, level: number, text: string) => void): AsyncCartridgeHost
  /** Opens a host apart from it, where versions are tried. */
  openBench(kv: KvStore): AsyncCartridgeHost
  /** Why a price cannot be asked, or `undefined`. Without it nothing is sold. */
  priceProblem?: ((price: string) => string | undefined) | undefined
}

/** How a workshop behaves. */
export interface WorkshopOptions {
  /** What cartridges may be granted at all. */
  readonly grants: readonly Capability[]
  /** Other machines that cartridges may ask at all, as `grantedHostSchema` has them. @defaultValue none */
  readonly httpHosts?: readonly string[] | undefined
  /** Ports that a cognitive function may ask for. @defaultValue none */
  readonly ports?: readonly string[] | undefined
  /** How long after a build its version is optimised, in ms. @defaultValue `2_000` */
  readonly optimiseAfterMs?: number | undefined
}

/** What the active version of a cartridge runs. */
export interface ActiveCode {
  readonly version: number
  readonly language: Language
  /** A module, or the text of a script. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What anyone may use. */
export interface PublishedCartridge {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly kind: Kind
  readonly language: Language
  readonly version: number
  /** Free without. */
  readonly price: string | undefined
}

/** A cartridge that is being called. */
export interface RunningCartridge {
  readonly id: string
  readonly name: string
  /** Calls that were not answered yet. */
  readonly calls: number
  /** When the oldest was made, in ms since the epoch. */
  readonly since: number
}

/**
 * Cartridges by id. Changes of one cartridge are made one after the other.
 *
 * All that take an id throw `WorkshopError` (`cartridge/unknown`) if there is none.
 */
export interface Workshop {
  readonly templates: readonly TemplateView[]
  /** Those that something here compiles. */
  readonly languages: readonly Language[]
  /** The one changed last first. */
  list(): CartridgeSummary[]
  get(id: string): CartridgeView
  /** What anyone may use under an id, if there is something. Quick enough to be asked for each request. */
  published(id: string): PublishedCartridge | undefined
  /** Begins a cartridge; it is not built yet. @throws `WorkshopError` (`cartridge/input`, `cartridge/conflict`). */
  create(order: CreateOrder): CartridgeView
  /** Changes a draft. @throws `WorkshopError` (`cartridge/conflict`) if it was changed since the revision that is named. */
  change(id: string, order: ChangeOrder): CartridgeView
  /** Deletes a cartridge with its versions, keys and values. */
  remove(id: string): Promise<void>
  /** What the compiler says of a source, one after the other. @throws The signal's reason if it aborts before its turn. */
  check(
    order: { readonly kind: Kind; readonly language: Language; readonly source: string },
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<CheckView>
  /**
   * Compiles the draft, tries and tests it apart from what runs, and makes it the active version. Until then, and if it
   * fails, the version before answers. One that is the active version already stays it.
   */
  build(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<BuildView>
  /** Runs the tests of the draft against the active version, apart from what runs. */
  test(id: string): Promise<readonly TestView[]>
  /**
   * Calls the active version.
   *
   * @throws `CartridgeTrap` if it is stopped, `WorkshopError` (`cartridge/input`) if nothing was built yet.
   */
  call<Name extends keyof CartridgeCalls>(
    id: string,
    name: Name,
    input: CartridgeCalls[Name]['input'],
  ): Promise<CallResult<CartridgeCalls[Name]['output']>>
  /** Cartridges that were not done answering, with the oldest call of each. */
  running(): readonly RunningCartridge[]
  /** Ends the calls of a cartridge that run or wait; its version stays as it is. @returns How many there were. */
  stop(id: string): number
  /** Calls it as a tool would; what is stopped is an answer too. */
  perform(id: string, order: CallOrder): Promise<CallView>
  /** Goes back to the version that answered before. @throws `WorkshopError` (`cartridge/conflict`) if there is none. */
  rollback(id: string): Promise<CartridgeView>
  /** Makes a version that is kept the active one. @throws `CartridgeTrap` if it fails in its trial. */
  activate(id: string, version: number): Promise<CartridgeView>
  /** Lets anyone use a cartridge, for a price or for nothing; or no longer. @throws `WorkshopError` (`cartridge/input`). */
  publish(id: string, order: { readonly published: boolean; readonly price: string | null }): Promise<CartridgeView>
  /** What a version was made from. */
  version(id: string, number: number): VersionDetail
  code(id: string): Promise<ActiveCode>
  /** The active version as a host takes it. */
  program(id: string): Promise<{ readonly version: number; readonly program: Program }>
  /** Lines with a higher number than `after`, oldest first. */
  logs(id: string, options: { readonly after: number }): readonly LogLine[]
  /** Keys and values in order of their keys. @param options - `after`: key to go on behind. */
  entries(
    id: string,
    options: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
  ): {
    readonly entries: readonly KvEntryView[]
    readonly next: string | undefined
    readonly keys: number
    readonly bytes: number
  }
  /** Sets a value, or deletes it with `null`. @throws `WorkshopError` (`cartridge/input`) if a limit would be passed. */
  write(id: string, key: string, value: string | null): Promise<void>
  /** Makes the next compilation quicker, in the background; worth doing when somebody is about to write. */
  warm(): void
  /** Ends compilers and hosts. */
  close(): Promise<void>
}
