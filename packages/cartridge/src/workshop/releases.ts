/** Versions of cartridges: built, tried apart, put in place, optimised, gone back to. */

import type { Clock, EventBus, Logger } from '@salp/core'
import {
  type CompiledModule,
  type CompiledScript,
  type CompileOptions,
  type CompileResult,
  wholeSource,
} from '../compile/compiler.js'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import type { AsyncCartridgeHost } from '../host/async-host.js'
import type { Program } from '../host/program.js'
import { hostsNotGranted } from '../http-hosts.js'
import { memoryKvStore } from '../kv/kv-store.js'
import type { BuildView, CartridgeDraft, Language, TestView } from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'
import type { Catalog, CatalogItem, CatalogVersion } from './catalog.js'
import type { WorkshopDeps, WorkshopEvents, WorkshopOptions } from './contract.js'
import { runTests } from './run-tests.js'
import { WorkshopError } from './workshop-error.js'

/** What versions are made with. */
export interface ReleasesDeps extends Pick<WorkshopDeps, 'artifacts' | 'compilers' | 'openBench'> {
  readonly clock: Clock
  readonly log: Logger
  readonly events: EventBus<WorkshopEvents>
  readonly catalog: Catalog
  /** The one that answers. */
  readonly host: AsyncCartridgeHost
}

/** A source, and what it is to become. */
export interface Work {
  readonly kind: Kind
  readonly language: Language
  readonly source: string
}

/** Makes versions and puts them in place. Changes of one cartridge are made one after the other. */
export interface Releases {
  /** Does what changes one cartridge after what does already. */
  inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result>
  compile(work: Work, options: Omit<CompileOptions, 'kind'>): Promise<CompileResult>
  /** As `build` of a `Workshop`. */
  build(id: string, signal: AbortSignal): Promise<BuildView>
  /** Runs tests against the active version, apart from what runs. */
  test(id: string): Promise<readonly TestView[]>
  /** Sees to it that the active version is in the host, with those it may call. At once if it is. */
  ensure(id: string): Promise<void>
  /** Makes a version that is kept the active one. */
  activate(id: string, number: number): Promise<void>
  rollback(id: string): Promise<void>
  /** @throws {@link WorkshopError} (`cartridge/unknown`, `cartridge/input`) if there is none. */
  active(id: string): CatalogVersion
  code(version: CatalogVersion): Promise<Uint8Array<ArrayBuffer>>
  program(version: CatalogVersion): Promise<Program>
  /** Takes a cartridge out of the host. */
  withdraw(id: string): Promise<void>
  /** Ends what waits, and the bench. */
  close(): Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Versions that a rollback remembers. */
const keptTrail = 20

/** Creates releases of the cartridges in a catalog. */
export function createReleases(deps: ReleasesDeps, options: WorkshopOptions): Releases {
  const { grants, httpHosts: grantedHosts = [], ports = [], optimiseAfterMs = 2_000 } = options
  const { clock, log, events, catalog, artifacts, compilers, host } = deps
  const benchKv = memoryKvStore()
  let bench: AsyncCartridgeHost | undefined
  let tries = 0
  const closing = new AbortController()
  /** Cartridges whose active version is in the host, or on its way. */
  const loaded = new Map<string, Promise<void>>()
  /** Those whose callees are there too. */
  const ready = new Set<string>()
  const queues = new Map<string, Promise<unknown>>()
  const optimising = new Map<string, AbortController>()

  const itemOf = (id: string): CatalogItem => {
    const item = catalog.get(id)
    if (item === undefined) throw new WorkshopError('unknown', `There is no cartridge "${id}"`)
    return item
  }

  const versionOf = (id: string, number: number): CatalogVersion => {
    const version = catalog.version(id, number)
    if (version === undefined) throw new WorkshopError('unknown', `"${id}" has no version ${number}`)
    return version
  }

  const active = (id: string): CatalogVersion => {
    const item = itemOf(id)
    if (item.active === undefined) throw new WorkshopError('input', `"${id}" has no version yet: build it first`)
    return versionOf(id, item.active)
  }

  const inTurn: Releases['inTurn'] = async (id, work) => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => undefined)
    queues.set(id, settled)
    try {
      return await turn
    } finally {
      if (queues.get(id) === settled) queues.delete(id)
    }
  }

  const compile = async (
    { kind, language, source }: { readonly kind: Kind; readonly language: Language; readonly source: string },
    options: Omit<CompileOptions, 'kind'>,
  ): Promise<CompileResult> => {
    const compiler = compilers[language]
    if (compiler?.kinds.includes(kind) === true) return compiler.compile(source, { kind, ...options })
    const hint = `Write it in another language: ${Object.keys(compilers).join(', ')}.`
    const unknown = wholeSource('language', `Nothing here compiles ${language} for ${kind} cartridges`, hint)
    return { status: 'failed', diagnostics: [unknown] }
  }

  const code = async ({ cartridge, number, sha256 }: CatalogVersion): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await artifacts.get(sha256)
    if (bytes !== undefined) return bytes
    throw new WorkshopError('conflict', `Version ${number} of "${cartridge}" is lost: its file is gone. Build it again`)
  }

  const program = async (version: CatalogVersion): Promise<Program> =>
    programOf(itemOf(version.cartridge), version.draft, await code(version))

  /** Puts the active version into the host, where it is not there yet. */
  const load = (id: string): Promise<void> => {
    const loading =
      loaded.get(id) ??
      (async () => {
        const version = active(id)
        await host.load(await program(version), { version: version.number, trial: false })
      })()
    loaded.set(id, loading)
    return loading.catch((error: unknown) => {
      if (loaded.get(id) === loading) loaded.delete(id)
      throw error
    })
  }

  /** Loads what cartridges may call, and what that may call, as far as it is there. */
  const loadTargets = async (targets: readonly string[], met: Set<string>): Promise<void> => {
    for (const target of targets) {
      if (met.has(target) || catalog.get(target)?.active === undefined) continue
      met.add(target)
      await load(target)
      await loadTargets(active(target).draft.callTargets, met)
    }
  }

  const ensure = async (id: string): Promise<void> => {
    if (ready.has(id)) return
    const { draft } = active(id)
    await load(id)
    await loadTargets(draft.callTargets, new Set([id]))
    ready.add(id)
  }

  /** Tries a version where it can do no harm, and holds it to its tests. */
  const tryOut = async (given: Program, tests: CartridgeDraft['tests']): Promise<readonly TestView[]> => {
    bench ??= deps.openBench(benchKv)
    const on = bench
    // A name of its own, so that it finds nothing of what another try has kept.
    const id = `try-${++tries}`
    try {
      await on.load({ ...given, id })
      return await runTests(async (name, input) => (await on.call(id, name, input)).output, given.kind, tests)
    } finally {
      await on.unload(id)
      benchKv.commit([...benchKv.load(id)].map(([key]) => ({ cartridge: id, key, value: null })))
    }
  }

  /** Writes down what the host runs by now; if that cannot be, the host reads again what is written. */
  const writeDown = async (id: string, write: () => void): Promise<void> => {
    // Others may call it, or it may call others by now.
    ready.clear()
    try {
      write()
      loaded.set(id, Promise.resolve())
    } catch (error) {
      loaded.delete(id)
      await host.unload(id)
      throw error
    }
    events.publish('cartridge:changed', { cartridge: id, at: clock.now() })
  }

  const build = async (id: string, signal: AbortSignal): Promise<BuildView> => {
    const item = itemOf(id)
    const { draft } = item
    const barred = notAllowed(item)
    if (barred !== undefined) return failure('check', barred)
    optimising.get(id)?.abort()
    const began = clock.monotonic()
    const compiled = await compile({ ...item, source: draft.source }, { optimize: 0, signal })
    const compileMs = clock.monotonic() - began
    const { diagnostics } = compiled
    if (compiled.status === 'failed') {
      const count = diagnostics.filter(({ severity }) => severity === 'error').length
      return failure('compile', `It does not compile: ${count === 1 ? 'one error' : `${count} errors`}`, {
        diagnostics,
      })
    }
    if (item.kind === 'cognitive' && draft.tests.length === 0)
      return failure('tests', 'A cognitive function has to pass tests: give it one at least', { diagnostics })
    const bytes = codeOf(compiled)
    const given = programOf(item, draft, bytes)
    let tests: readonly TestView[] = []
    try {
      tests = await tryOut(given, draft.tests)
      const broken = tests.filter(({ passed }) => !passed).length
      if (broken > 0) return failure('tests', `${broken} of ${tests.length} tests failed`, { diagnostics, tests })
      signal.throwIfAborted()
      const number = await install(item, given, bytes)
      const installMs = clock.monotonic() - began - compileMs
      return { status: 'active', version: number, diagnostics, tests, compileMs, installMs }
    } catch (error) {
      if (error instanceof CartridgeRejected) return failure('check', error.message, { diagnostics, tests })
      if (error instanceof CartridgeTrap) return failure('trial', error.message, { diagnostics, tests })
      throw error
    }
  }

  /** Why a draft may not run, whatever it does. */
  const notAllowed = ({ kind, draft: { capabilities, httpHosts, port } }: CatalogItem): string | undefined => {
    const refused = capabilities.filter((capability) => !grants.includes(capability))
    if (refused.length > 0) return `The operator does not grant ${refused.join(', ')}`
    const foreign = hostsNotGranted(httpHosts, grantedHosts)
    if (foreign.length > 0)
      return `The operator does not let cartridges ask ${foreign.join(', ')}: the setting cartridges.httpHosts names hosts`
    if (port === undefined) return undefined
    if (kind !== 'cognitive') return 'Only a cognitive function can take over a port'
    if (capabilities.length > 0) return 'What takes over a port is given its question alone: take its capabilities away'
    return ports.includes(port) ? undefined : `There is no port "${port}". There are: ${ports.join(', ')}`
  }

  /** Makes a program that was tried a version, and that the active one. @returns Its number. */
  const install = async (item: CatalogItem, given: Program, bytes: Uint8Array): Promise<number> => {
    const { id, draft } = item
    const sha256 = await artifacts.put(bytes)
    const newest = catalog.versions(id)[0]
    const current = item.active === undefined ? undefined : catalog.version(id, item.active)
    if (current !== undefined && same(current.draft, draft)) return current.number
    const number = (newest?.number ?? 0) + 1
    if (item.active !== undefined) await load(id)
    await loadTargets(draft.callTargets, new Set([id]))
    await host.load(given, { version: number })
    const version = { cartridge: id, number, draft, sha256, bytes: bytes.length, createdAt: clock.now() }
    await writeDown(id, () =>
      catalog.transaction(() => {
        catalog.put({ ...activated(itemOf(id), number), changedAt: clock.now() })
        catalog.putVersion(version)
      }),
    )
    void optimise(item, version)
    return number
  }

  /** Puts quicker code in the place of a version, once it has passed the same. */
  const optimise = async (item: CatalogItem, version: CatalogVersion): Promise<void> => {
    const { id, language } = item
    const { draft, number } = version
    if (language !== 'assemblyscript') return
    const mine = new AbortController()
    optimising.set(id, mine)
    const signal = AbortSignal.any([mine.signal, closing.signal])
    try {
      await clock.sleep(optimiseAfterMs, { signal })
      const compiled = await compile({ ...item, source: draft.source }, { optimize: 2, signal })
      if (compiled.status === 'failed') throw new RangeError(compiled.diagnostics[0]?.message ?? 'it does not compile')
      const bytes = codeOf(compiled)
      const given = programOf(item, draft, bytes)
      const tests = await tryOut(given, draft.tests)
      if (tests.some(({ passed }) => !passed)) throw new RangeError('it does not pass its tests')
      const sha256 = await artifacts.put(bytes)
      await inTurn(id, async () => {
        if (signal.aborted || catalog.get(id)?.active !== number) return
        await host.load(given, { version: number, trial: false })
        await writeDown(id, () => catalog.putVersion({ ...version, sha256, bytes: bytes.length }))
      })
    } catch (error) {
      if (!signal.aborted) log.warn('Cannot optimise a cartridge; it runs as it is', { cartridge: id, error })
    } finally {
      if (optimising.get(id) === mine) optimising.delete(id)
    }
  }

  const activate = async (id: string, number: number): Promise<void> => {
    if (itemOf(id).active === number) return
    const given = await program(versionOf(id, number))
    await load(id)
    await host.load(given, { version: number })
    await writeDown(id, () => catalog.put({ ...activated(itemOf(id), number), changedAt: clock.now() }))
  }

  const rollback = async (id: string): Promise<void> => {
    const { trail } = itemOf(id)
    const to = trail.at(-1)
    if (to === undefined) throw new WorkshopError('conflict', `"${id}" has no version to go back to`)
    await load(id)
    const led = await host.rollback(id)
    // Those before the start of the process are not in the host.
    if (led !== to) await host.load(await program(versionOf(id, to)), { version: to, trial: false })
    await writeDown(id, () =>
      catalog.put({ ...itemOf(id), active: to, trail: trail.slice(0, -1), changedAt: clock.now() }),
    )
  }

  // The host goes back by itself from a version that traps; what is on disk follows.
  const stopFollowing = events.subscribe('cartridge:rolled-back', ({ cartridge, to, reason }) => {
    const item = catalog.get(cartridge)
    if (reason === undefined || item === undefined) return
    const at = item.trail.lastIndexOf(to)
    const trail = at < 0 ? item.trail : item.trail.slice(0, at)
    catalog.put({ ...item, active: to, trail, changedAt: clock.now() })
    events.publish('cartridge:changed', { cartridge, at: clock.now() })
    log.warn('A cartridge was rolled back', { cartridge, to, reason })
  })

  return {
    ...{ inTurn, compile, build, ensure, activate, rollback, active, code, program },
    async test(id) {
      return tryOut(await program(active(id)), itemOf(id).draft.tests)
    },
    async withdraw(id) {
      optimising.get(id)?.abort()
      ready.clear()
      loaded.delete(id)
      await host.unload(id)
    },
    async close() {
      closing.abort()
      stopFollowing()
      await Promise.all(queues.values())
      await bench?.close()
    },
  }
}

/** A cartridge after `number` was made its active version. */
function activated(item: CatalogItem, number: number): CatalogItem {
  const trail = item.active === undefined ? item.trail : [...item.trail, item.active]
  return { ...item, active: number, trail: trail.slice(-keptTrail) }
}

function failure(
  stage: Extract<BuildView, { status: 'failed' }>['stage'],
  message: string,
  rest: Partial<Pick<BuildView, 'diagnostics' | 'tests'>> = {},
): BuildView {
  return { status: 'failed', stage, message, diagnostics: [], tests: [], ...rest }
}

function programOf({ id, kind, language }: CatalogItem, draft: CartridgeDraft, code: Uint8Array): Program {
  const { capabilities, callTargets, httpHosts, tests } = draft
  const examples = tests.flatMap((test) => ('output' in test ? [{ input: test.input, expected: test.output }] : []))
  const terms = { id, kind, capabilities, callTargets, httpHosts, examples }
  return language === 'script' ? { ...terms, script: decoder.decode(code) } : { ...terms, wasm: code }
}

/** What is kept of a compilation: a module, or the text of a script. */
function codeOf(compiled: CompiledModule | CompiledScript): Uint8Array<ArrayBuffer> {
  return 'wasm' in compiled ? compiled.wasm : encoder.encode(compiled.script)
}

/** Whether two drafts are the same. */
export function same(left: CartridgeDraft, right: CartridgeDraft): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
