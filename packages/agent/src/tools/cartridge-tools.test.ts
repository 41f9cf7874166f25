import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capabilities, type Workshop, type WorkshopEvents } from '@salp/cartridge'
import { cartridgeMigrations } from '@salp/cartridge/host'
import { openWorkshop } from '@salp/cartridge/node'
import { createEventBus, createRng, migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolContext } from '../testing/tool-context.js'
import type { JsonValue, Tool } from '../tool.js'
import { createCartridgeTools } from './cartridge-tools.js'

let workshop: Workshop
let tools: ReadonlyMap<string, Tool>
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-cartridges-'))
  const db = openDatabase(':memory:')
  migrate(db, 'cartridge', cartridgeMigrations)
  const events = createEventBus<WorkshopEvents>({ onError: () => undefined })
  const rng = createRng('tools')
  workshop = await openWorkshop(
    { db, clock: systemClock, rng, log: recordingLogger(), events, folder, priceProblem: () => undefined },
    { grants: capabilities },
  )
  tools = new Map(createCartridgeTools({ cartridges: workshop }).map((tool) => [tool.name, tool]))
})
afterAll(async () => {
  await workshop.close()
  await rm(folder, { recursive: true })
})

function tool(name: string): Tool {
  const found = tools.get(name)
  if (found === undefined) throw new RangeError(name)
  return found
}
const run = (name: string, input: unknown): Promise<JsonValue> =>
  tool(name).run(tool(name).input.parse(input), toolContext())
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: { kind?: string; message: string }) => `${error.kind}: ${error.message}`,
  )

const adder = `import { Request, Response } from 'cart/index'

export function handle(request: Request): Response {
  return Response.text((i32.parse(request.parameter('a')) + 1).toString())
}
`
const adds = { name: 'adds', request: { path: '/', query: 'a=1' }, body: '2' }

describe('createCartridgeTools()', { timeout: 60_000 }, () => {
  test('make a game from the words for it, ready to be opened', async () => {
    expect(await run('create_cartridge', 'a snake game')).toMatchObject({
      cartridge: { id: 'snake', kind: 'interactive', version: 1, open: '#/cartridges/snake' },
      status: 'active',
    })
    expect(await run('list_cartridges', {})).toMatchObject({
      cartridges: [{ id: 'snake', name: 'Snake', kind: 'interactive', version: 1, published: false, calls: 0 }],
      templates: expect.arrayContaining([expect.objectContaining({ id: 'counter', kind: 'backend' })]),
    })
  })

  test('say how to write one where there is no source, and which templates there are', async () => {
    expect(await run('create_cartridge', { name: 'Plus one', kind: 'backend' })).toMatchObject({
      cartridge: { id: 'plus-one' },
      status: 'draft',
      source: expect.stringContaining('export function handle'),
      guide: expect.stringContaining('AssemblyScript'),
    })
    expect(await failure(run('create_cartridge', { template: 'rocket' }))).toMatch(/^invalid: .*There are: .*snake/)
  })

  test('write, test, mend by a passage, call and read; a failed build says where', async () => {
    const written = { id: 'plus-one', source: adder.replace('+ 1', '+ one'), tests: [adds] }
    expect(await run('write_cartridge', written)).toMatchObject({
      status: 'failed',
      stage: 'compile',
      diagnostics: [{ line: 4, message: expect.stringContaining("'one'"), hint: expect.any(String) }],
    })
    expect(await run('write_cartridge', { id: 'plus-one', find: '+ one', replace: '+ 2' })).toMatchObject({
      status: 'failed',
      stage: 'tests',
      tests: { passed: 0, failed: [{ name: 'adds', detail: '"3", where "2" is right' }] },
    })
    expect(await run('write_cartridge', { id: 'plus-one', find: '+ 2', replace: '+ 1' })).toMatchObject({
      status: 'active',
      cartridge: { version: 1 },
    })
    expect(await failure(run('write_cartridge', { id: 'plus-one', find: 'nowhere', replace: '' }))).toMatch(/^invalid/)
    expect(await run('call_cartridge', { id: 'plus-one', request: { query: 'a=41' } })).toMatchObject({
      ...{ status: 200, body: '42' },
    })
    expect(await run('test_cartridge', 'plus-one')).toMatchObject({ tests: [{ name: 'adds', passed: true }] })
    expect(await run('read_cartridge', 'plus-one')).toMatchObject({
      ...{ kind: 'backend', version: 1, changed: false, source: adder, use: { calls: 1 } },
    })
  })

  test('write a script as well, whose mistakes point into it', async () => {
    const source = `export function handle({ parameters }) {
  if (parameters.word === undefined) throw new Error('say a word')
  return parameters.word.toUpperCase()
}
`
    const script = { name: 'Loud', language: 'script', source: source.replace("'say a word'", '') }
    expect(
      await run('create_cartridge', {
        ...script,
        tests: [{ name: 'a', request: { path: '/', query: 'word=a' }, body: 'A' }],
      }),
    )
      // Its trial asks without a word.
      .toMatchObject({ status: 'failed', stage: 'trial', message: expect.stringContaining('line 2') })
    const mended = source.replace("throw new Error('say a word')", "return { status: 400, body: 'say a word' }")
    expect(await run('write_cartridge', { id: 'loud', source: mended })).toMatchObject({
      status: 'active',
      tests: { passed: 1 },
    })
    expect(await run('call_cartridge', { id: 'loud', request: { query: 'word=hi' } })).toMatchObject({
      status: 200,
      body: 'HI',
    })
    expect(await run('call_cartridge', { id: 'loud' })).toMatchObject({ status: 400, body: 'say a word' })
  })

  test('ask a person before anyone may use one, and before one is deleted', async () => {
    const publish = tool('publish_cartridge')
    expect(await publish.assess?.(publish.input.parse({ id: 'plus-one', price: '$0.01' }))).toEqual({
      risk: { level: 'medium', reasons: ['anyone may use plus-one, for $0.01 a call'] },
      ask: true,
    })
    expect(await run('publish_cartridge', { id: 'plus-one', price: '$0.01' })).toEqual({
      ...{ id: 'plus-one', url: '/c/plus-one', price: '$0.01' },
    })
    expect(await run('unpublish_cartridge', 'plus-one')).toEqual({ id: 'plus-one', published: false })
    expect(tool('remove_cartridge').assess?.({ id: 'plus-one' })).toMatchObject({ ask: true })
    expect(await run('remove_cartridge', 'plus-one')).toEqual({ id: 'plus-one', removed: true })
    expect(await failure(run('read_cartridge', 'plus-one'))).toBe('invalid: There is no cartridge "plus-one"')
  })

  test('go back to the version before', async () => {
    await run('create_cartridge', { name: 'Two', source: adder })
    await run('write_cartridge', { id: 'two', find: '+ 1', replace: '+ 2' })
    expect(await run('rollback_cartridge', 'two')).toEqual({ id: 'two', version: 1 })
    expect(await run('call_cartridge', { id: 'two', request: { query: 'a=1' } })).toMatchObject({ body: '2' })
    expect(await failure(run('rollback_cartridge', 'two'))).toMatch(/^invalid: .*no version to go back to/)
  })
})
