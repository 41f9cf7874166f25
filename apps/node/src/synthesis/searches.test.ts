import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SalpError, silentLogger } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { runProgram, unlearned } from '@salp/models/synthesis'
import { saveState } from '@salp/models/synthesis/node'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { synthesisRoutes } from './routes.js'
import { createSearches, type SearchOrder, type SearchProgress } from './searches.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'salp searches '))
  folders.push(folder)
  return folder
}

const searching = (folder = home(), paused?: string) =>
  createSearches({ clock: systemClock, paused: () => paused }, { folder })

const doubled: SearchOrder = {
  task: {
    signature: { name: 'doubled', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
    examples: [
      { args: [[1, 2, 3]], returns: [2, 4, 6] },
      { args: [[7, -5]], returns: [14, -10] },
    ],
  },
  ...{ budget: 20_000, seed: 0, learnt: true },
}
/** Nothing gives this. */
const endless: SearchOrder = {
  ...doubled,
  task: { ...doubled.task, examples: [{ args: [[1]], returns: [77, -3, 1_234_567, 5] }] },
  budget: 5_000_000,
}
const quiet = { signal: new AbortController().signal, onProgress: () => undefined }

describe('createSearches()', { timeout: 30_000 }, () => {
  test('finds a function that runs without what was learnt', async () => {
    const folder = home()
    const searches = searching(folder)
    expect(await searches.learnt()).toBeUndefined()
    await saveState(folder, { lesson: 'l', state: unlearned })
    expect(await searches.learnt()).toEqual({ fragments: 0, net: false })
    const found = await searches.run(doubled, quiet)
    expect(found).toMatchObject({ type: 'found', learnt: true, source: expect.stringContaining('function doubled') })
    if (found.type !== 'found') return
    expect(runProgram(found.program, doubled.task.signature, [[4, 5]])).toEqual([8, 10])
    expect(await searches.run({ ...doubled, learnt: false }, quiet)).toMatchObject({ type: 'found', learnt: false })
  })

  test('finds others that fit and do something else, and where', async () => {
    const vague = { ...doubled, task: { ...doubled.task, examples: [{ args: [[2]], returns: [4] }] } }
    const first = await searching().run(vague, quiet)
    if (first.type !== 'found') throw new RangeError('The first search found nothing')
    const probes = [[1, 2, 3], []].map((values) => {
      const returns = runProgram(first.program, vague.task.signature, [values])
      return { args: [values], returns }
    })
    const outcome = await searching().run({ ...vague, besides: { source: first.source, probes } }, quiet)
    if (outcome.type !== 'others') throw new RangeError(`The second search gave ${outcome.type}`)
    const { others } = outcome
    expect(others).toHaveLength(3)
    expect(new Set([...others.map(({ source }) => source), first.source]).size).toBe(4)
    for (const { args, gives } of others) {
      const probe = probes.find((one) => JSON.stringify(one.args) === JSON.stringify(args))
      expect(probe).toBeDefined()
      expect(gives).not.toBe(JSON.stringify(probe?.returns))
    }
  })

  test('is seen while it goes on, and stopped from there or by whoever asked', async () => {
    const searches = searching()
    const begun = Promise.withResolvers<SearchProgress>()
    const leaving = new AbortController()
    const one = searches.run(endless, { ...quiet, onProgress: begun.resolve })
    const two = searches.run(endless, { ...quiet, signal: leaving.signal })
    const third = searches.run(endless, quiet)
    await expect(third).rejects.toMatchObject({ code: 'node/search-busy' })
    expect(await begun.promise).toMatchObject({ type: 'progress', budget: 5_000_000 })
    const [seen] = searches.source.list()
    expect(seen).toMatchObject({ kind: 'search', title: 'Searching for doubled', state: 'running' })
    void searches.source.stop(seen?.id ?? '')
    leaving.abort()
    expect(await Promise.allSettled([one, two])).toMatchObject([
      { status: 'rejected', reason: { code: 'node/search-stopped' } },
      { status: 'rejected', reason: leaving.signal.reason },
    ])
    expect(searches.source.list()).toEqual([])
    await expect(searching(home(), 'Lunch').run(doubled, quiet)).rejects.toThrow('Salp is paused: Lunch')
  })
})

/** Asks the routes as Studio does. */
async function ask(order: unknown): Promise<{ status: number; told: Record<string, unknown>[] }> {
  const app = new Hono()
  for (const route of synthesisRoutes({ searches: searching(), log: silentLogger }))
    app.on(route.method.toUpperCase(), route.path, (context) => route.handle(context))
  app.onError((error) => {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
    return Response.json({ message: error.message }, { status: SalpError.is(error) ? status : 500 })
  })
  const response = await app.request('/api/synthesis/searches', { method: 'POST', body: JSON.stringify(order) })
  const text = await response.text()
  if (!response.ok) return { status: response.status, told: [JSON.parse(text) as Record<string, unknown>] }
  const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Record<string, unknown>)
  return { status: response.status, told }
}

describe('POST /api/synthesis/searches', { timeout: 30_000 }, () => {
  const { signature, examples } = doubled.task

  test('streams what is found last', async () => {
    const { told } = await ask({ signature, examples })
    expect(told.at(-1)).toMatchObject({ type: 'found', source: expect.any(String), cost: expect.any(Number) })
  })

  test('tells of an example that does not fit the types', async () => {
    const odd = { args: [['x']], returns: [] }
    const { told } = await ask({ signature, examples: [...examples, odd] })
    expect(told).toEqual([
      { type: 'failed', code: 'models/example', message: expect.stringContaining('"values" of example 3') },
    ])
  })

  test.each([
    [{ examples: [] }, 'body.examples'],
    [{ examples: [{ args: [], returns: [] }] }, 'body.examples.0.args: has 0 arguments, the signature 1'],
    [{ signature: { ...signature, returns: 'Date' } }, 'body.signature.returns'],
    [{ signature: { ...signature, name: 'class' } }, '"class" cannot name anything in TypeScript'],
    [{ budget: 1e9 }, 'body.budget'],
  ])('refuses %j', async (change, why) => {
    const { status, told } = await ask({ signature, examples, ...change })
    expect([status, told[0]?.message]).toEqual([400, expect.stringContaining(why)])
  })
})
