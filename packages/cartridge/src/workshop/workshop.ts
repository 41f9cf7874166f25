/** Where cartridges are written, built, tried, tested, run, rolled back and published. */

import { createTurns, describeError } from '@salp/core'
import { CartridgeTrap } from '../errors.js'
import { byBytes } from '../kv/transaction.js'
import {
  type CartridgeSummary,
  type CartridgeView,
  callOrderSchema,
  changeOrderSchema,
  createOrderSchema,
  draftSchema,
  languages,
  type TemplateView,
  type VersionView,
} from '../protocol.js'
import { findTemplate, type Template } from '../templates.js'
import { beginningOf } from './beginnings.js'
import type { CatalogItem, CatalogVersion } from './catalog.js'
import type { PublishedCartridge, Workshop, WorkshopDeps, WorkshopOptions } from './contract.js'
import { performOrder } from './perform.js'
import { createReleases, same } from './releases.js'
import { createUseLog } from './use.js'
import { WorkshopError } from './workshop-error.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Longest value shown, in characters. */
const maxShownValue = 4_096

/** How long compilers stay warm, in ms. */
const warmMs = 240_000

/** Names that are kept with what is published under them. */
const keptPublished = 10_000

const blank = { description: '', capabilities: [], callTargets: [], tests: [] } as const

/** Creates a workshop; compilers and hosts are its own from then on. */
export function createWorkshop(deps: WorkshopDeps, options: WorkshopOptions): Workshop {
  const { clock, log, events, catalog, kv, compilers, templates } = deps
  const use = createUseLog({ clock })
  const host = deps.openHost((cartridge, level, text) => use.write(cartridge, level, text))
  const releases = createReleases({ ...deps, host }, options)
  const { inTurn } = releases
  const closing = new AbortController()
  let warmedAt = Number.NEGATIVE_INFINITY
  const checkInTurn = createTurns()

  const itemOf = (id: string): CatalogItem => {
    const item = catalog.get(id)
    if (item === undefined) throw new WorkshopError('unknown', `There is no cartridge "${id}"`)
    return item
  }

  const tellChange = (id: string): void => events.publish('cartridge:changed', { cartridge: id, at: clock.now() })

  const keep = (item: CatalogItem): void => {
    catalog.put({ ...item, changedAt: clock.now() })
    tellChange(item.id)
  }

  /** What was asked for without being published too, so that nobody makes us look it up again and again. */
  const published = new Map<string, PublishedCartridge | undefined>()
  const stopForgetting = events.subscribe('cartridge:changed', ({ cartridge }) => void published.delete(cartridge))

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
    await releases.ensure(id)
    try {
      const result = await host.call(id, name, input)
      use.succeeded(id, result)
      return result
    } catch (error) {
      // What a person stops is no fault of the cartridge.
      if (error instanceof CartridgeTrap && error.reason !== 'stopped') use.trapped(id, error)
      throw error
    }
  }

  const running: Workshop['running'] = () =>
    [...Map.groupBy(host.calls(), ({ cartridge }) => cartridge)].map(([id, calls]) => ({
      ...{ id, name: catalog.get(id)?.draft.name ?? id, calls: calls.length },
      since: Math.min(...calls.map(({ since }) => since)),
    }))

  return {
    templates: templates.map(templateView),
    languages: languages.filter((language) => compilers[language] !== undefined),
    list: () => catalog.list().map(summaryOf),
    get: (id) => viewOf(itemOf(id)),
    published(id) {
      if (!published.has(id)) {
        if (published.size >= keptPublished) published.clear()
        published.set(id, publishedOf(catalog.get(id)))
      }
      return published.get(id)
    },
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
      if (compilers[own.language] === undefined)
        throw new WorkshopError(
          'input',
          `Nothing here compiles ${own.language}. There are: ${Object.keys(compilers).join(', ')}`,
        )
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
        await releases.withdraw(id)
        kv.commit([...kv.load(id)].map(([key]) => ({ cartridge: id, key, value: null })))
        catalog.delete(id)
        use.forget(id)
        tellChange(id)
      }),
    check: (order, { signal } = {}) =>
      checkInTurn(async () => {
        signal?.throwIfAborted()
        const began = clock.monotonic()
        // Ending the compiler in its work costs more than the work.
        const { status, diagnostics } = await releases.compile(order, { optimize: 0, signal: closing.signal })
        return { ok: status === 'compiled', diagnostics, durationMs: clock.monotonic() - began }
      }),
    build: (id, { signal } = {}) =>
      inTurn(id, () =>
        releases.build(id, signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])),
      ),
    test: releases.test,
    call,
    running,
    stop: (id) => host.stop(id),
    async perform(id, order) {
      const { kind, active = 0 } = itemOf(id)
      try {
        return await performOrder(kind, read(callOrderSchema, order), (name, input) => call(id, name, input))
      } catch (error) {
        if (!(error instanceof CartridgeTrap)) throw error
        return { type: 'trap', code: error.code, message: error.message, version: active, durationMs: 0 }
      }
    },
    async rollback(id) {
      await inTurn(id, () => releases.rollback(id))
      return viewOf(itemOf(id))
    },
    async activate(id, version) {
      await inTurn(id, () => releases.activate(id, version))
      return viewOf(itemOf(id))
    },
    publish: (id, { published, price }) =>
      inTurn(id, async () => {
        const item = itemOf(id)
        if (published) {
          releases.active(id)
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
      const version = catalog.version(id, number)
      if (version === undefined) throw new WorkshopError('unknown', `"${id}" has no version ${number}`)
      return { ...versionView(version, active), draft: version.draft }
    },
    async code(id) {
      const version = releases.active(id)
      return { version: version.number, language: itemOf(id).language, bytes: await releases.code(version) }
    },
    async program(id) {
      const version = releases.active(id)
      return { version: version.number, program: await releases.program(version) }
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
      await releases.ensure(id)
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
      stopForgetting()
      for (const compiler of Object.values(compilers)) await compiler.close()
      await releases.close()
      await host.close()
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

function publishedOf(item: CatalogItem | undefined): PublishedCartridge | undefined {
  if (item === undefined || !item.published || item.active === undefined) return undefined
  const { id, kind, language, price, active: version, draft } = item
  return { id, kind, language, price, version, name: draft.name, description: draft.description }
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
