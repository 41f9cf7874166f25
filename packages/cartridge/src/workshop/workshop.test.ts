import { createEventBus, createRng, type EventBus, migrate, type SqlDatabase } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { recordingLogger, type StoppedClock, stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { type CompilerBackend, wholeSource } from '../compile/compiler.js'
import type { AsyncCartridgeHost } from '../host/async-host.js'
import { createCartridgeHost } from '../host/host.js'
import { type KvStore, sqliteKvStore } from '../kv/kv-store.js'
import { cartridgeMigrations } from '../migrations.js'
import { sha256Of } from '../node/artifact-folder.js'
import { kinds } from '../rewrite/abi.js'
import type { Template } from '../templates.js'
import { answerData, onRequest } from '../testing/internal/host.js'
import { backend, wat } from '../testing/internal/wat.js'
import { openCatalog } from './catalog.js'
import type { Workshop, WorkshopDeps, WorkshopEvents } from './contract.js'
import { createWorkshop } from './workshop.js'

/** Compiles the text form; one level of optimisation adds an export, so that its bytes differ. */
const assembler: CompilerBackend = {
  id: 'assemblyscript',
  kinds,
  async compile(source, { optimize, signal }) {
    signal?.throwIfAborted()
    try {
      const text = optimize === 0 ? source : source.replace(/\)$/, '(func (export "quick")))')
      return { status: 'compiled', wasm: wat(text), diagnostics: [] }
    } catch (error) {
      return { status: 'failed', diagnostics: [wholeSource('wat', String(error))] }
    }
  },
  warm: async () => undefined,
  close: async () => undefined,
}

/** The host of this thread, by promises. */
function hostOn(
  { clock, events, kv }: { clock: StoppedClock; events: Pick<EventBus<WorkshopEvents>, 'publish'>; kv: KvStore },
  log: (cartridge: string, level: number, text: string) => void,
): AsyncCartridgeHost {
  const host = createCartridgeHost({ clock, events, kv, log, rng: createRng('workshop') })
  return {
    load: host.load,
    call: async (id, name, input) => host.call(id, name, input),
    rollback: async (id) => host.rollback(id),
    write: async (id, changes) => host.write(id, changes),
    unload: async (id) => host.unload(id),
    describe: async (id) => host.describe(id),
    calls: () => [],
    stop: () => 0,
    close: async () => undefined,
  }
}

const greeter: Template = {
  ...{ id: 'greeter', name: 'Greeter', description: 'Says ok', kind: 'backend', language: 'assemblyscript' },
  ...{ words: ['greeter'], source: backend(onRequest(''), answerData), capabilities: [], callTargets: [], tests: [] },
}

interface TestWorkshop {
  readonly workshop: Workshop
  readonly clock: StoppedClock
  readonly db: SqlDatabase
  readonly artifacts: Map<string, Uint8Array<ArrayBuffer>>
}

function openTest({
  db = openDatabase(':memory:'),
  artifacts = new Map<string, Uint8Array<ArrayBuffer>>(),
  more = {},
}: {
  db?: SqlDatabase
  artifacts?: TestWorkshop['artifacts']
  more?: Partial<WorkshopDeps>
} = {}): TestWorkshop {
  migrate(db, 'cartridge', cartridgeMigrations)
  const clock = stoppedClock(1_000)
  const events = createEventBus<WorkshopEvents>({
    onError(error) {
      throw error
    },
  })
  const kv = sqliteKvStore(db)
  const workshop = createWorkshop(
    {
      ...{ clock, events, kv, log: recordingLogger(), catalog: openCatalog(db) },
      artifacts: {
        async put(bytes) {
          const sha256 = sha256Of(bytes)
          artifacts.set(sha256, bytes.slice())
          return sha256
        },
        get: async (sha256) => artifacts.get(sha256),
      },
      compilers: { assemblyscript: assembler },
      templates: [greeter],
      openHost: (log) => hostOn({ clock, events, kv }, log),
      openBench: (bench) => hostOn({ clock, events: { publish: () => undefined }, kv: bench }, () => undefined),
      priceProblem: (price) => (price.startsWith('$') ? undefined : 'it is in no token that is taken'),
      ...more,
    },
    { grants: ['kv', 'log', 'call', 'http'], httpHosts: ['a.test'] },
  )
  return { workshop, clock, db, artifacts }
}

const ok = greeter.source
/** Traps, but not in its trial. */
const trapping = backend(onRequest('unreachable'), answerData)
const go = { request: { path: '/go' } }
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  )

/** A cartridge "a" with a version of each source. */
async function built(workshop: Workshop, ...sources: readonly string[]): Promise<void> {
  workshop.create({ id: 'a', name: 'A' })
  for (const [index, source] of sources.entries()) {
    workshop.change('a', { source, description: `version ${index + 1}` })
    expect(await workshop.build('a')).toMatchObject({ status: 'active', version: index + 1 })
  }
}

describe('createWorkshop()', () => {
  test('makes a cartridge from a template named in words, builds it and lets it answer', async () => {
    const { workshop } = openTest()
    const made = workshop.create({ template: 'a greeter, please' })
    expect(made).toMatchObject({ id: 'greeter', kind: 'backend', changed: true, revision: 1, versions: [] })
    expect(await codeOf(workshop.call('greeter', 'invoke', { value: 1 }))).toBe('cartridge/input')
    expect(await workshop.build('greeter')).toMatchObject({ status: 'active', version: 1, tests: [] })
    expect(await workshop.perform('greeter', go)).toMatchObject({
      type: 'response',
      status: 200,
      body: 'ok',
      version: 1,
    })
    expect(workshop.get('greeter')).toMatchObject({ version: 1, changed: false, use: { calls: 1, traps: 0 } })
  })

  test('names a second one apart, and refuses an id that is taken', () => {
    const { workshop } = openTest()
    expect(workshop.create({ name: 'Été en mer!' }).id).toBe('ete-en-mer')
    expect(workshop.create({ name: 'Été en mer!' }).id).toBe('ete-en-mer-2')
    expect(() => workshop.create({ id: 'ete-en-mer', name: 'x' })).toThrow('There is a cartridge "ete-en-mer" already')
    expect(() => workshop.create({ template: 'rocket' })).toThrow('There is no template "rocket". There are: greeter')
    expect(() => workshop.create({})).toThrow('needs a name')
    expect(() => workshop.create({ name: 'x', language: 'rust' })).toThrow(
      'Nothing here compiles rust. There are: assemblyscript',
    )
    expect(workshop.languages).toEqual(['assemblyscript'])
    expect(() => workshop.create({ name: 'x', source: 'y'.repeat(300_000) })).toThrow(
      expect.objectContaining({ code: 'cartridge/input' }),
    )
  })

  test('refuses a change upon a revision that is gone, and keeps what was there', () => {
    const { workshop } = openTest()
    workshop.create({ id: 'a', name: 'A' })
    expect(workshop.change('a', { source: 'one', revision: 1 })).toMatchObject({
      revision: 2,
      draft: { source: 'one' },
    })
    expect(() => workshop.change('a', { source: 'two', revision: 1 })).toThrow(
      expect.objectContaining({ code: 'cartridge/conflict' }),
    )
    expect(workshop.change('a', { page: '<p>' }).draft).toMatchObject({ source: 'one', page: '<p>' })
    expect(workshop.change('a', { page: null }).draft).not.toHaveProperty('page')
    expect(workshop.get('a').revision).toBe(4)
  })

  test('says where a build failed, and what ran goes on', async () => {
    const { workshop } = openTest()
    await built(workshop, ok)
    const attempt = async (change: Parameters<Workshop['change']>[1]): Promise<unknown> => {
      const before = workshop.get('a').draft
      workshop.change('a', change)
      const result = await workshop.build('a')
      workshop.change('a', before)
      expect(await workshop.perform('a', go)).toMatchObject({ body: 'ok', version: 1 })
      return result.status === 'failed' ? result.stage : result.status
    }
    expect(await attempt({ source: '(module' })).toBe('compile')
    expect(await attempt({ source: '(module)' })).toBe('check')
    expect(await attempt({ source: backend('unreachable') })).toBe('trial')
    expect(await attempt({ capabilities: ['entropy'] })).toBe('check')
    const wrong = {
      name: 'greets',
      request: { method: 'GET', path: '/', query: '', headers: {}, body: '' },
      body: 'no',
    }
    expect(await attempt({ tests: [wrong] })).toBe('tests')
    workshop.change('a', { tests: [{ ...wrong, body: 'ok' }] })
    expect(await workshop.build('a')).toMatchObject({ status: 'active', version: 2, tests: [{ passed: true }] })
  })

  test('tries versions apart from what runs: what its tests wrote is gone', async () => {
    const { workshop, db } = openTest()
    // Writes, and traps if there was something before.
    const source = backend(
      onRequest(`(if (i32.ge_s (call $get (i32.const 200) (i32.const 1) (i32.const 0) (i32.const 0)) (i32.const 0)) (then unreachable))
        (drop (call $set (i32.const 200) (i32.const 1) (i32.const 201) (i32.const 1)))`),
      `(import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
       (import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32))) ${answerData} (data (i32.const 200) "kv")`,
    )
    const request = { method: 'GET', path: '/go', query: '', headers: {}, body: '' }
    workshop.create({ id: 'a', name: 'A', source, capabilities: ['kv'], tests: [{ name: 'writes', request }] })
    expect(await workshop.build('a')).toMatchObject({ status: 'active', version: 1 })
    expect(sqliteKvStore(db).load('a')).toEqual([])
    expect(await workshop.test('a')).toEqual([{ name: 'writes', passed: true }])
    expect(await workshop.perform('a', go)).toMatchObject({ body: 'ok' })
    expect(await workshop.perform('a', go)).toMatchObject({ code: 'cartridge/trap' })
    workshop.change('a', {
      tests: [
        { name: 'writes', request },
        { name: 'again', request },
      ],
    })
    expect(await workshop.build('a')).toMatchObject({ stage: 'tests', tests: [{ passed: true }, { passed: false }] })
  })

  test('goes on after a restart with the version it had, and back to those before', async () => {
    const first = openTest()
    await built(first.workshop, ok, ok, ok)
    await first.workshop.close()
    const { workshop } = openTest({ db: first.db, artifacts: first.artifacts })
    expect(await workshop.perform('a', go)).toMatchObject({ body: 'ok', version: 3 })
    expect(await workshop.rollback('a')).toMatchObject({ version: 2, changed: true })
    expect(await workshop.perform('a', go)).toMatchObject({ version: 2 })
    expect(await workshop.activate('a', 3)).toMatchObject({ version: 3 })
    expect(await workshop.rollback('a')).toMatchObject({ version: 2 })
    expect(await workshop.rollback('a')).toMatchObject({ version: 1 })
    expect(await workshop.perform('a', go)).toMatchObject({ version: 1 })
    expect(await codeOf(workshop.rollback('a'))).toBe('cartridge/conflict')
    expect(workshop.version('a', 2)).toMatchObject({ active: false, draft: { description: 'version 2' } })
  })

  test('follows the host when it goes back from a version that traps', async () => {
    const { workshop } = openTest()
    await built(workshop, ok, trapping)
    for (let call = 0; call < 3; call++)
      expect(await workshop.perform('a', go)).toMatchObject({ code: 'cartridge/trap' })
    expect(workshop.get('a')).toMatchObject({ version: 1, changed: true, use: { calls: 3, traps: 3 } })
    expect(await workshop.perform('a', go)).toMatchObject({ body: 'ok', version: 1 })
    expect(await codeOf(workshop.rollback('a'))).toBe('cartridge/conflict')
  })

  test('puts quicker code in the place of a version once it has passed the same', async () => {
    const { workshop, clock } = openTest()
    await built(workshop, ok)
    const [before] = workshop.get('a').versions
    await clock.advance(2_000)
    await expect.poll(() => workshop.get('a').versions[0]?.sha256).not.toBe(before?.sha256)
    expect(workshop.get('a')).toMatchObject({ version: 1, changed: false })
    expect(workshop.get('a').versions).toHaveLength(1)
    expect(await workshop.perform('a', go)).toMatchObject({ body: 'ok', version: 1 })
  })

  test('loads those a cartridge may call before it', async () => {
    const first = openTest()
    await built(first.workshop, ok)
    first.workshop.create({ id: 'b', name: 'B', source: ok, capabilities: ['call'], callTargets: ['a', 'b', 'none'] })
    await first.workshop.build('b')
    const { workshop } = openTest({ db: first.db, artifacts: first.artifacts })
    expect(await workshop.perform('b', go)).toMatchObject({ body: 'ok' })
  })

  test('lets a cartridge name hosts that the operator grants, and hands them to the host with its program', async () => {
    const { workshop } = openTest()
    workshop.create({ id: 'a', name: 'A', source: ok, capabilities: ['http'], httpHosts: ['a.test', 'b.test:8080'] })
    expect(await workshop.build('a')).toMatchObject({
      ...{ stage: 'check', message: expect.stringContaining('does not let cartridges ask b.test:8080') },
    })
    workshop.change('a', { httpHosts: ['a.test'] })
    workshop.change('a', { description: 'changed' })
    expect(await workshop.build('a')).toMatchObject({ status: 'active' })
    expect((await workshop.program('a')).program.httpHosts).toEqual(['a.test'])
    expect(workshop.version('a', 1).draft.httpHosts).toEqual(['a.test'])
    expect(() => workshop.change('a', { httpHosts: ['*.test'] })).toThrow(
      expect.objectContaining({ code: 'cartridge/input' }),
    )
  })

  test('reads what was kept before cartridges named hosts', async () => {
    const { workshop, db } = openTest()
    await built(workshop, ok)
    for (const table of ['cartridge_item', 'cartridge_version'])
      db.exec(`UPDATE ${table} SET draft = json_remove(draft, '$.httpHosts')`)
    expect(workshop.get('a')).toMatchObject({ changed: false, draft: { httpHosts: [] } })
    expect((await workshop.program('a')).program.httpHosts).toEqual([])
  })

  test('publishes what was built, and asks a price only for what answers requests', async () => {
    const { workshop } = openTest()
    workshop.create({ id: 'a', name: 'A', source: ok })
    expect(await codeOf(workshop.publish('a', { published: true, price: null }))).toBe('cartridge/input')
    await workshop.build('a')
    expect(await codeOf(workshop.publish('a', { published: true, price: 'much' }))).toBe('cartridge/input')
    expect(await workshop.publish('a', { published: true, price: '$0.01' })).toMatchObject({
      ...{ published: true, price: '$0.01', path: '/c/a' },
    })
    expect(await workshop.publish('a', { published: false, price: null })).not.toHaveProperty('price')
  })

  test('shows, sets and deletes keys and values', async () => {
    const { workshop } = openTest()
    await built(workshop, ok)
    for (const key of ['b', 'a', 'c']) await workshop.write('a', key, key.toUpperCase())
    const list = (after?: string) => workshop.entries('a', { prefix: '', after, limit: 2 })
    expect(list()).toMatchObject({
      entries: [{ key: 'a', bytes: 1, text: 'A' }, { key: 'b' }],
      next: 'b',
      keys: 3,
      bytes: 6,
    })
    expect(list('b')).toMatchObject({ entries: [{ key: 'c' }], next: undefined })
    await workshop.write('a', 'b', null)
    expect(workshop.entries('a', { prefix: 'b', after: undefined, limit: 9 }).entries).toEqual([])
    expect(await codeOf(workshop.write('a', 'big', 'x'.repeat(300_000)))).toBe('cartridge/input')
  })

  test('removes a cartridge with all it kept', async () => {
    const { workshop, db } = openTest()
    await built(workshop, ok)
    await workshop.write('a', 'key', 'value')
    await workshop.remove('a')
    expect(workshop.list()).toEqual([])
    expect(() => workshop.get('a')).toThrow(expect.objectContaining({ code: 'cartridge/unknown' }))
    expect(sqliteKvStore(db).load('a')).toEqual([])
    await built(workshop, ok)
    expect(workshop.entries('a', { prefix: '', after: undefined, limit: 9 }).keys).toBe(0)
  })

  test('says which file is missing, and builds anew', async () => {
    const first = openTest()
    await built(first.workshop, ok)
    const { workshop } = openTest({ db: first.db })
    expect(await codeOf(workshop.perform('a', go))).toBe('cartridge/conflict')
  })
})
