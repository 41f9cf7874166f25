import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { makePlace, type Place, type RunningNode, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log('Skipped: no benchmark is run in Studio, because there is no Chromium here. Set CHROME_PATH to one')

const bank = fileURLToPath(new URL('../../../fixtures/problems', import.meta.url))
/** Of the half that is for measuring; a search for the last tries as much as it may. */
const chosen = [
  'all-distinct',
  'count-characters',
  'append-sum',
  'average-rounded-down',
  'balance-point',
  'zigzag-signs',
]

let browser: Browser
const cleanups: (() => unknown)[] = []
/** The machine may be busy, and a run takes what it takes. */
const patient = { timeout: 30_000 }
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function place(): Place & { readonly problems: string } {
  const made = makePlace()
  cleanups.push(made.remove)
  const problems = join(made.workspace, 'problems')
  mkdirSync(problems)
  for (const id of chosen) cpSync(join(bank, 'tier-0', id), join(problems, 'tier-0', id), { recursive: true })
  return { ...made, problems }
}

async function start(where: ReturnType<typeof place>, problems = where.problems): Promise<RunningNode> {
  const node = await startNode({ place: where, flags: ['--set', `benchmark.problems=${problems}`] })
  cleanups.push(() =>
    node.child.exitCode === null && node.child.signalCode === null ? node.stop('SIGKILL') : undefined,
  )
  return node
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const

async function open(node: RunningNode, hash = '#/benchmark'): Promise<{ page: Page; problems: string[] }> {
  const tab = await browser.newContext(phone)
  cleanups.push(() => tab.close())
  const page = await tab.newPage()
  page.setDefaultTimeout(patient.timeout)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(`${node.url}/${hash}`)
  return { page, problems }
}

describe.skipIf(browserPath === undefined)('on a phone, Studio', { timeout: 120_000 }, () => {
  test('runs the benchmark, goes on after kill -9, and compares what was measured', async () => {
    const where = place()
    const first = await start(where)
    const { page } = await open(first)
    await page.getByRole('combobox', { name: 'Problems' }).selectOption('all')
    await page.getByRole('combobox', { name: 'Candidates each' }).selectOption('1000000')
    await page.getByRole('button', { name: 'Start' }).tap()
    const live = page.getByRole('region', { name: 'Run 1' })
    await live.getByText(/^[1-9] of 6 problems/).waitFor()
    expect(await live.getByRole('list', { name: 'Problems' }).getByRole('listitem').count()).toBe(6)
    await page.reload()
    await live.getByText(/^[1-9] of 6 problems/).waitFor()
    await first.stop('SIGKILL')

    const node = await start(where)
    const { page: again, problems } = await open(node)
    const runs = again.getByRole('list', { name: 'Runs' }).getByRole('listitem')
    await runs.getByText(/Cut off at [1-5] of 6/).waitFor()
    await again.getByRole('button', { name: 'Go on with run 1' }).tap()
    await again.getByRole('region', { name: 'Run 1' }).waitFor()
    await again.getByRole('region', { name: 'A new run' }).waitFor()
    expect(await runs.getByText('Cut off').count()).toBe(0)

    // Another, with a search that finds nothing.
    await again.getByRole('combobox', { name: 'Problems' }).selectOption('all')
    await again.getByRole('combobox', { name: 'Candidates each' }).selectOption('20000')
    await again.getByRole('spinbutton', { name: 'At most' }).fill('2')
    await again.getByRole('button', { name: 'Start' }).tap()
    await again.getByRole('region', { name: 'Run 2' }).waitFor()
    await expect.poll(() => runs.count(), patient).toBe(2)
    await again.getByRole('region', { name: 'A new run' }).waitFor()
    for (const run of [1, 2]) await again.getByRole('checkbox', { name: `Compare run ${run}` }).check()
    await again.getByRole('link', { name: 'Compare run 1 with run 2' }).tap()
    await again.getByText(/On the 2 problems that both tried/).waitFor()
    const overflow = () =>
      again.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBe(0)

    await again.getByRole('link', { name: 'All runs' }).tap()
    await again.getByRole('link', { name: 'Run 1', exact: true }).tap()
    const all = again.getByRole('region', { name: 'Problems' })
    await expect.poll(() => all.getByRole('link').count(), patient).toBe(6)
    expect(await overflow()).toBe(0)
    await all.getByRole('link', { name: 'count-characters' }).tap()
    await again.getByText('How many characters has the text?').waitFor()
    await again
      .getByRole('region', { name: 'Answer 1 of run 1' })
      .getByText('export function countCharacters')
      .waitFor()
    expect(await overflow()).toBe(0)
    expect(problems).toEqual([])
  })

  test('stops a run under Now', async () => {
    const where = place()
    const node = await start(where)
    const order = { tiers: [0], half: 'all', solver: 'synthesizer-untrained', budget: 5_000_000 }
    expect(await (await node.call('/api/benchmark/runs', { json: order })).json()).toEqual({ run: '1' })
    expect((await node.call('/api/benchmark/runs', { json: order })).status).toBe(409)
    const { page, problems } = await open(node, '#/now')
    await page.getByRole('button', { name: 'Stop Benchmark, run 1' }).tap()
    await page.getByText('Nothing runs now, here or anywhere else.').waitFor()
    await page.goto(`${node.url}/#/benchmark`)
    await page.getByText(/Cut off at \d of 6/).waitFor()
    expect(problems).toEqual([])
  })

  test('says that there are no problems', async () => {
    const where = place()
    const { page } = await open(await start(where, join(where.problems, 'none')))
    await page.getByText('There are no problems here').waitFor()
  })
})
