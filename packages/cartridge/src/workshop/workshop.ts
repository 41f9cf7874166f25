/** Where cartridges are written, built, tried, tested, run, rolled back and published. */

import { describeError } from '@salp/core'
import {
  type CompiledModule,
  type CompiledScript,
  type CompileOptions,
  type CompileResult,
  wholeSource,
} from '../compile/compiler.js'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import type { Program } from '../host/program.js'
import { memoryKvStore } from '../kv/kv-store.js'
import { byBytes } from '../kv/transaction.js'
import {
  type BuildView,
  type CartridgeDraft,
  type CartridgeSummary,
  type CartridgeView,
  callOrderSchema,
  changeOrderSchema,
  createOrderSchema,
  draftSchema,
  type Language,
  type TemplateView,
  type TestView,
  type VersionView,
} from '../protocol.js'
import type { Kind } from '../rewrite/abi.js'
import { findTemplate, type Template } from '../templates.js'
import { beginningOf } from './beginnings.js'
import type { CatalogItem, CatalogVersion } from './catalog.js'
import type { Workshop, WorkshopDeps, WorkshopHost, WorkshopOptions } from './contract.js'
import { performOrder } from './perform.js'
import { runTests } from './run-tests.js'
import { createUseLog } from './use.js'
import { WorkshopError } from './workshop-error.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Longest value shown, in characters. */
const maxShownValue = 4_096

/** How long compilers stay warm, in ms. */
const warmMs = 240_000

/** Versions that a rollback remembers. */
const keptTrail = 20

const blank = { description: '', capabilities: [], callTargets: [], tests: [] } as const

/** Creates a workshop; compilers and hosts are its own from then on. */
export function createWorkshop(deps: WorkshopDeps, options: WorkshopOptions): Workshop {
  const { grants, ports = [], optimiseAfterMs = 2_000 } = options
  const { clock, log, events, catalog, kv, artifacts, compilers, templates } = deps
  const use = createUseLog({ clock })
  const host = deps.openHost((cartridge, level, text) => use.write(cartridge, level, text))
  const benchKv = memoryKvStore()
  let bench: WorkshopHost | undefined
  let tries = 0
  const closing = new AbortController()
  /** Cartridges that are in the host, or on their way. */
  const loaded = new Map<string, Promise<void>>()
  const queues = new Map<string, Promise<unknown>>()
  const optimising = new Map<string, AbortController>()
  let warmedAt = Number.NEGATIVE_INFINITY
  let checks: Promise<unknown> = Promise.resolve()

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

  const activeVersion = (id: string): CatalogVersion => {
    const { active } = itemOf(id)
    if (active === undefined) throw new WorkshopError('input', `"${id}" has no version yet: build it first`)
    return versionOf(id, active)
  }

  /** Does what changes one cartridge after what does already. */
  const inTurn = async <Result>(id: string, work: () => Promise<Result>): Promise<Result> => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => undefined)
    queues.set(id, settled)
    try {
      return await turn
    } finally {
      if (queues.get(id) === settled) queues.delete(id)
    }
  }

  const tellChange = (id: string): void => events.publish('cartridge:changed', { cartridge: id, at: clock.now() })

  const keep = (item: CatalogItem): void => {
    catalog.put({ ...item, changedAt: clock.now() })
    tellChange(item.id)
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

  const codeOfVersion = async ({ cartridge, number, sha256 }: CatalogVersion): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await artifacts.get(sha256)
    if (bytes !== undefined) return bytes
    throw new WorkshopError('conflict', `Version ${number} of "${cartridge}" is lost: its file is gone. Build it again`)
  }

  const programOfVersion = async (item: CatalogItem, version: CatalogVersion): Promise<Program> =>
    programOf(item, version.draft, await codeOfVersion(version))

  /** Sees to it that a cartridge is in the host, with those it may call. */
  const ensure = async (id: string, path: readonly string[] = []): Promise<void> => {
    const item = catalog.get(id)
    if (item?.active === undefined || path.includes(id)) return
    const version = versionOf(id, item.active)
    const load = async (): Promise<void> => {
      for (const target of version.draft.callTargets) await ensure(target, [...path, id])
      await host.load(await programOfVersion(item, version), { version: version.number, trial: false })
    }
    const loading = loaded.get(id) ?? load()
    loaded.set(id, loading)
    try {
      await loading
    } catch (error) {
      loaded.delete(id)
      throw error
    }
  }

  /** Tries a version where it can do no harm, and holds it to its tests. */
  const tryOut = async (program: Program, tests: CartridgeDraft['tests']): Promise<readonly TestView[]> => {
    bench ??= deps.openBench(benchKv)
    const on = bench
    // A name of its own, so that it finds nothing of what another try has kept.
    const id = `try-${++tries}`
    try {
      await on.load({ ...program, id })
      return await runTests(async (name, input) => (await on.call(id, name, input)).output, program.kind, tests)
    } finally {
      await on.unload(id)
      benchKv.commit([...benchKv.load(id)].map(([key]) => ({ cartridge: id, key, value: null })))
    }
  }

  /** Writes down what the host runs by now; if that cannot be, the host reads again what is written. */
  const writeDown = async (id: string, write: () => void): Promise<void> => {
    try {
      write()
      loaded.set(id, Promise.resolve())
    } catch (error) {
      loaded.delete(id)
      await host.unload(id)
      throw error
    }
    tellChange(id)
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
    const code = codeOf(compiled)
    const program = programOf(item, draft, code)
    let tests: readonly TestView[] = []
    try {
      tests = await tryOut(program, draft.tests)
      const broken = tests.filter(({ passed }) => !passed).length
      if (broken > 0) return failure('tests', `${broken} of ${tests.length} tests failed`, { diagnostics, tests })
      signal.throwIfAborted()
      const number = await install(item, program, code)
      const installMs = clock.monotonic() - began - compileMs
      return { status: 'active', version: number, diagnostics, tests, compileMs, installMs }
    } catch (error) {
      if (error instanceof CartridgeRejected) return failure('check', error.message, { diagnostics, tests })
      if (error instanceof CartridgeTrap) return failure('trial', error.message, { diagnostics, tests })
      throw error
    }
  }

  /** Why a draft may not run, whatever it does. */
  const notAllowed = ({ kind, draft: { capabilities, port } }: CatalogItem): string | undefined => {
    const refused = capabilities.filter((capability) => !grants.includes(capability))
    if (refused.length > 0) return `The operator does not grant ${refused.join(', ')}`
    if (port === undefined) return undefined
    if (kind !== 'cognitive') return 'Only a cognitive function can take over a port'
    if (capabilities.length > 0) return 'What takes over a port is given its question alone: take its capabilities away'
    return ports.includes(port) ? undefined : `There is no port "${port}". There are: ${ports.join(', ')}`
  }

  /** Makes a program that was tried a version, and that the active one. @returns Its number. */
  const install = async (item: CatalogItem, program: Program, code: Uint8Array): Promise<number> => {
    const { id, draft, active } = item
    const sha256 = await artifacts.put(code)
    const newest = catalog.versions(id)[0]
    const current = active === undefined ? undefined : catalog.version(id, active)
    if (current !== undefined && same(current.draft, draft)) return current.number
    const number = (newest?.number ?? 0) + 1
    await ensure(id)
    for (const target of draft.callTargets) await ensure(target, [id])
    await host.load(program, { version: number })
    const version = { cartridge: id, number, draft, sha256, bytes: code.length, createdAt: clock.now() }
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
      const code = codeOf(compiled)
      const program = programOf(item, draft, code)
      const tests = await tryOut(program, draft.tests)
      if (tests.some(({ passed }) => !passed)) throw new RangeError('it does not pass its tests')
      const sha256 = await artifacts.put(code)
      await inTurn(id, async () => {
        if (signal.aborted || catalog.get(id)?.active !== number) return
        await host.load(program, { version: number, trial: false })
        await writeDown(id, () => catalog.putVersion({ ...version, sha256, bytes: code.length }))
      })
    } catch (error) {
      if (!signal.aborted) log.warn('Cannot optimise a cartridge; it runs as it is', { cartridge: id, error })
    } finally {
      if (optimising.get(id) === mine) optimising.delete(id)
    }
  }

  const activate = async (id: string, number: number): Promise<CartridgeView> => {
    const item = itemOf(id)
    if (item.active !== number) {
      const program = await programOfVersion(item, versionOf(id, number))
      await ensure(id)
      await host.load(program, { version: number })
      await writeDown(id, () => catalog.put({ ...activated(itemOf(id), number), changedAt: clock.now() }))
    }
    return viewOf(itemOf(id))
  }

  const rollback = async (id: string): Promise<CartridgeView> => {
    const item = itemOf(id)
    const to = item.trail.at(-1)
    if (to === undefined) throw new WorkshopError('conflict', `"${id}" has no version to go back to`)
    await ensure(id)
    const led = await host.rollback(id)
    // Those before the start of the process are not in the host.
    if (led !== to) {
      const program = await programOfVersion(item, versionOf(id, to))
      await host.load(program, { version: to, trial: false })
    }
    await writeDown(id, () => {
      catalog.put({ ...itemOf(id), active: to, trail: item.trail.slice(0, -1), changedAt: clock.now() })
    })
    return viewOf(itemOf(id))
  }

  // The host goes back by itself from a version that traps; what is on disk follows.
  const stopFollowing = events.subscribe('cartridge:rolled-back', ({ cartridge, to, reason }) => {
    const item = catalog.get(cartridge)
    if (reason === undefined || item === undefined) return
    const at = item.trail.lastIndexOf(to)
    keep({ ...item, active: to, trail: at < 0 ? item.trail : item.trail.slice(0, at) })
    log.warn('A cartridge was rolled back', { cartridge, to, reason })
  })

  const summaryOf = (item: CatalogItem): CartridgeSummary => {
    const { id, kind, language, draft, active, published, price, changedAt } = item
    const { name, description, capabilities } = draft
    const version = active === undefined ? undefined : catalog.version(id, active)
    return {
      ...{ id, name, description, kind, language, capabilities, published, path: `/c/${id}`, changedAt },
      ...(active !== undefined && { version: active }),
      ...(price !== undefined && { price }),
      changed: version === undefined || !same(version.draft, draft),
      use: use.use(id),
    }
  }

  const viewOf = (item: CatalogItem): CartridgeView => {
    const versions = catalog.versions(item.id).map((version) => versionView(version, item.active))
    return { ...summaryOf(item), draft: item.draft, revision: item.revision, versions }
  }

  const freeId = (name: string): string => {
    const base = slugOf(name)
    for (let count = 1; ; count++) {
      const id = count === 1 ? base : `${base}-${count}`
      if (catalog.get(id) === undefined) return id
    }
  }

  const call: Workshop['call'] = async (id, name, input) => {
    activeVersion(id)
    await ensure(id)
    try {
      const result = await host.call(id, name, input)
      use.succeeded(id, result)
      return result
    } catch (error) {
      if (error instanceof CartridgeTrap) use.trapped(id, error)
      throw error
    }
  }

  return {
    templates: templates.map(templateView),
    list: () => catalog.list().map(summaryOf),
    get: (id) => viewOf(itemOf(id)),
    create(order) {
      const { id: asked, template: words, kind, language, ...given } = read(createOrderSchema, order)
      const template = words === undefined ? undefined : findTemplate(templates, words)
      if (words !== undefined && template === undefined) {
        const known = templates.map(({ id }) => id).join(', ')
        throw new WorkshopError('input', `There is no template "${words}". There are: ${known}`)
      }
      if (template !== undefined && kind !== undefined && kind !== template.kind)
        throw new WorkshopError('input', `The template "${template.id}" is ${template.kind}, not ${kind}`)
      const name = given.name ?? template?.name
      if (name === undefined) throw new WorkshopError('input', 'A cartridge needs a name, or a template')
      if (asked !== undefined && catalog.get(asked) !== undefined)
        throw new WorkshopError('conflict', `There is a cartridge "${asked}" already`)
      const own = {
        kind: template?.kind ?? kind ?? 'backend',
        language: template?.language ?? language ?? 'assemblyscript',
      } as const
      const source = beginningOf(own.kind, own.language)
      const draft = read(draftSchema, { ...blank, source, ...(template && draftOf(template)), ...defined(given), name })
      const id = asked ?? freeId(given.name ?? template?.id ?? name)
      const nothing = { active: undefined, trail: [], published: false, price: undefined }
      keep({ id, ...own, draft, revision: 1, ...nothing, changedAt: clock.now() })
      return viewOf(itemOf(id))
    },
    change(id, order) {
      const item = itemOf(id)
      const { revision, page, port, ...given } = read(changeOrderSchema, order)
      if (revision !== undefined && revision !== item.revision)
        throw new WorkshopError('conflict', `"${id}" was changed meanwhile: read it again`)
      const { page: pageBefore, port: portBefore, ...before } = item.draft
      const draft = read(draftSchema, {
        ...before,
        ...defined(given),
        ...replaced('page', pageBefore, page),
        ...replaced('port', portBefore, port),
      })
      if (!same(draft, item.draft)) keep({ ...item, draft, revision: item.revision + 1 })
      return viewOf(itemOf(id))
    },
    remove: (id) =>
      inTurn(id, async () => {
        itemOf(id)
        optimising.get(id)?.abort()
        await host.unload(id)
        loaded.delete(id)
        kv.commit([...kv.load(id)].map(([key]) => ({ cartridge: id, key, value: null })))
        catalog.delete(id)
        use.forget(id)
        tellChange(id)
      }),
    check(order, { signal } = {}) {
      const turn = checks.then(async () => {
        signal?.throwIfAborted()
        const began = clock.monotonic()
        // Ending the compiler in its work costs more than the work.
        const { status, diagnostics } = await compile(order, { optimize: 0, signal: closing.signal })
        return { ok: status === 'compiled', diagnostics, durationMs: clock.monotonic() - began }
      })
      checks = turn.catch(() => undefined)
      return turn
    },
    build: (id, { signal } = {}) =>
      inTurn(id, () => build(id, signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]))),
    async test(id) {
      const item = itemOf(id)
      return tryOut(await programOfVersion(item, activeVersion(id)), item.draft.tests)
    },
    call,
    async perform(id, order) {
      const { kind, active = 0 } = itemOf(id)
      try {
        return await performOrder(kind, read(callOrderSchema, order), (name, input) => call(id, name, input))
      } catch (error) {
        if (!(error instanceof CartridgeTrap)) throw error
        return { type: 'trap', code: error.code, message: error.message, version: active, durationMs: 0 }
      }
    },
    rollback: (id) => inTurn(id, () => rollback(id)),
    activate: (id, version) => inTurn(id, () => activate(id, version)),
    publish: (id, { published, price }) =>
      inTurn(id, async () => {
        const item = itemOf(id)
        if (published) {
          activeVersion(id)
          if (item.kind === 'cognitive')
            throw new WorkshopError('input', 'A cognitive function is for the agent itself: it cannot be published')
        }
        if (price !== null) {
          if (item.kind !== 'backend')
            throw new WorkshopError('input', 'Only what answers requests, a backend, can have a price')
          const problem = deps.priceProblem === undefined ? 'nothing here takes payments' : deps.priceProblem(price)
          if (problem !== undefined) throw new WorkshopError('input', `Cannot ask ${price}: ${problem}`)
        }
        keep({ ...item, published, price: price ?? undefined })
        return viewOf(itemOf(id))
      }),
    version(id, number) {
      const { active } = itemOf(id)
      const version = versionOf(id, number)
      return { ...versionView(version, active), draft: version.draft }
    },
    async code(id) {
      const version = activeVersion(id)
      return { version: version.number, language: itemOf(id).language, bytes: await codeOfVersion(version) }
    },
    async program(id) {
      const version = activeVersion(id)
      return { version: version.number, program: await programOfVersion(itemOf(id), version) }
    },
    logs(id, { after }) {
      itemOf(id)
      return use.lines(id, after)
    },
    entries(id, { prefix, after, limit }) {
      itemOf(id)
      const all = [...kv.load(id)].sort(([left], [right]) => byBytes(left, right))
      const found = all.filter(([key]) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0))
      const shown = found.slice(0, limit)
      return {
        entries: shown.map(([key, value]) => ({
          ...{ key, bytes: value.length },
          text: decoder.decode(value.subarray(0, 4 * maxShownValue)).slice(0, maxShownValue),
        })),
        next: found.length > limit ? shown.at(-1)?.[0] : undefined,
        keys: all.length,
        bytes: all.reduce((sum, [key, value]) => sum + encoder.encode(key).length + value.length, 0),
      }
    },
    async write(id, key, value) {
      activeVersion(id)
      await ensure(id)
      try {
        await host.write(id, [{ key, value: value === null ? null : encoder.encode(value) }])
      } catch (error) {
        if (error instanceof RangeError) throw new WorkshopError('input', error.message)
        throw error
      }
    },
    warm() {
      if (clock.monotonic() - warmedAt < warmMs) return
      warmedAt = clock.monotonic()
      for (const compiler of Object.values(compilers)) {
        compiler.warm().catch((error: unknown) => {
          if (!closing.signal.aborted) log.warn('A compiler does not start', { language: compiler.id, error })
        })
      }
    },
    async close() {
      closing.abort()
      stopFollowing()
      for (const compiler of Object.values(compilers)) await compiler.close()
      await Promise.all(queues.values())
      await host.close()
      await bench?.close()
    },
  }
}

function templateView({ id, name, description, kind, language, words }: Template): TemplateView {
  return { id, name, description, kind, language, words }
}

/** What a cartridge made from a template begins with. */
function draftOf(template: Template): object {
  const { name, description, source, page, capabilities, callTargets, port, tests } = template
  return { ...{ name, description, source, capabilities, callTargets, tests }, ...defined({ page, port }) }
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
  const { capabilities, callTargets, tests } = draft
  const examples = tests.flatMap((test) => ('output' in test ? [{ input: test.input, expected: test.output }] : []))
  const terms = { id, kind, capabilities, callTargets, examples }
  return language === 'script' ? { ...terms, script: decoder.decode(code) } : { ...terms, wasm: code }
}

/** What is kept of a compilation: a module, or the text of a script. */
function codeOf(compiled: CompiledModule | CompiledScript): Uint8Array<ArrayBuffer> {
  return 'wasm' in compiled ? compiled.wasm : encoder.encode(compiled.script)
}

function versionView({ number, createdAt, sha256, bytes }: CatalogVersion, active: number | undefined): VersionView {
  return { number, createdAt, sha256, bytes, active: number === active }
}

/** A name as an id, which may be taken already. */
function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const slug = plain.slice(0, 48).replace(/^-|-$/g, '')
  return slug === '' ? 'cartridge' : slug
}

function same(left: CartridgeDraft, right: CartridgeDraft): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** What is given of a change; a key that is there without a value is not. */
function defined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Partial<Value>
}

/** A part of a draft after a change: taken away by `null`, left as it was by `undefined`. */
function replaced(name: 'page' | 'port', before: string | undefined, given: string | null | undefined): object {
  const value = given === undefined ? before : given
  return value === undefined || value === null ? {} : { [name]: value }
}

function read<Output>(
  schema: { safeParse(value: unknown): { success: true; data: Output } | { success: false; error: Error } },
  value: unknown,
): Output {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new WorkshopError('input', describeError(parsed.error))
}
