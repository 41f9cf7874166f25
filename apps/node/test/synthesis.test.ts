import type { Now } from '@salp/agent'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { makePlace, type RunningNode, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log(
    'Skipped: no function is searched for in Studio, because there is no Chromium here. Set CHROME_PATH to one',
  )

let browser: Browser
const cleanups: (() => unknown)[] = []
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(flags: readonly string[] = []): Promise<RunningNode> {
  const where = makePlace()
  cleanups.push(where.remove)
  const node = await startNode({ place: where, flags })
  cleanups.push(() => node.stop('SIGKILL'))
  return node
}

async function open(node: RunningNode): Promise<{ page: Page; problems: string[] }> {
  const tab = await browser.newContext({ viewport: { width: 1_280, height: 800 } })
  cleanups.push(() => tab.close())
  const page = await tab.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(`${node.url}/#/synthesis`)
  return { page, problems }
}

/** Types from cell to cell, and stays in the last. */
async function type(page: Page, texts: readonly string[]): Promise<void> {
  for (const [at, text] of texts.entries()) {
    if (at > 0) await page.keyboard.press('Tab')
    await page.keyboard.type(text)
  }
}

const examplesOf = (page: Page) => page.getByRole('table', { name: 'Examples' })
const search = (page: Page) => page.getByRole('button', { name: 'Search', exact: true })

describe.skipIf(browserPath === undefined)('Studio, from examples,', { timeout: 60_000 }, () => {
  test('finds a function, with the keyboard alone, and runs it elsewhere', async () => {
    const { page, problems } = await open(await start())
    await page.getByRole('textbox', { name: 'Name' }).focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('doubled')
    await page.getByRole('textbox', { name: 'What is wanted' }).fill('Double each value.')
    await examplesOf(page).getByRole('textbox').first().focus()
    // Behind each row stands the button that removes it.
    await type(page, ['[1, 2, 3]', '[2, 4, 6]', '', '[7, -5]', '[14, -10]', '', '[]', '[]'])
    await page.keyboard.press('Enter')
    const found = page.getByRole('region', { name: 'Found' })
    await found.getByRole('region', { name: 'Source' }).getByText('export function doubled').waitFor()
    await found.getByText('It fits all 3 examples; it may be wrong elsewhere.').waitFor()
    expect(await examplesOf(page).getByText('fits', { exact: true }).count()).toBe(3)
    await found.getByRole('textbox', { name: 'Try values' }).fill('[21]')
    await found.getByText('[42]', { exact: true }).waitFor()

    await found.getByRole('button', { name: 'Does anything else fit?' }).click()
    await found.getByText(/fits? (?:your|the) examples/).waitFor()

    // What is tried becomes an example, and the search begins anew.
    await found.getByRole('button', { name: 'Wrong? Add it as an example' }).click()
    await page.keyboard.type('[42]')
    await page.keyboard.press('Enter')
    await found.getByText('It fits all 4 examples; it may be wrong elsewhere.').waitFor()

    // What was typed outlives the page.
    await page.reload()
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('doubled')
    expect(await examplesOf(page).getByRole('row').count()).toBe(5)
    expect(problems).toEqual([])
  })

  test('says what is wrong at its cell', async () => {
    const { page, problems } = await open(await start())
    await search(page).click()
    await page.getByText('Give one example at least').waitFor()
    await page.getByRole('button', { name: 'Paste JSON' }).click()
    const dialog = page.getByRole('dialog', { name: 'Paste JSON' })
    await dialog.getByRole('textbox').fill('[{ "args": ["a", 2] }]')
    await dialog.getByRole('button', { name: 'Use these' }).click()
    await dialog.getByText('Example 1 has no "returns"').waitFor()
    await dialog.getByRole('textbox').fill('[{ "args": ["ab", 2], "returns": "abab" }]')
    await dialog.getByRole('button', { name: 'Use these' }).click()
    expect(await page.getByLabel('Type of parameter 2').inputValue()).toBe('number')

    await page.getByRole('textbox', { name: 'b of example 1' }).fill('two')
    await page.getByLabel('Gives').fill('Date')
    await search(page).click()
    const wrong = page.locator('[aria-invalid="true"]')
    await expect.poll(() => wrong.count()).toBe(2)
    await page.getByText('Not a type: number, boolean, string, T[] or [A, B]').waitFor()
    await page.getByText('Not number, as JSON writes it: such as 3').waitFor()
    expect(await page.getByLabel('Gives').evaluate((cell) => cell === document.activeElement)).toBe(true)
    expect(problems).toEqual([])
  })

  test('stops a search, there and under Now, and answers others meanwhile', async () => {
    const node = await start()
    const { page, problems } = await open(node)
    await page.getByRole('combobox', { name: 'Search through at most' }).selectOption('5000000')
    await examplesOf(page).getByRole('textbox').first().fill('[1]')
    await page.getByRole('textbox', { name: 'Result of example 1' }).fill('[77, -3, 1234567, 5]')
    await search(page).click()
    const searching = page.getByRole('region', { name: 'Searching' })
    await searching.getByText(/^[1-9][\d,]* of 5,000,000 candidates/).waitFor()
    const { activities } = (await (await node.call('/api/now')).json()) as Now
    expect(activities).toMatchObject([{ kind: 'search', title: 'Searching for f', state: 'running' }])
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await expect.poll(async () => ((await (await node.call('/api/now')).json()) as Now).activities).toEqual([])

    await search(page).click()
    await searching.waitFor()
    const [again] = ((await (await node.call('/api/now')).json()) as Now).activities
    await node.call('/api/now/stop', { json: { id: again?.id } })
    await page.getByText('Stopped.').waitFor()
    expect(problems).toEqual([])
  })

  test('asks whoever has no token for it', async () => {
    const node = await start(['--set', 'server.trustLoopback=false'])
    const statuses = await Promise.all(
      [
        ['GET', '/api/synthesis'],
        ['POST', '/api/synthesis/searches'],
        ['GET', '/api/benchmark'],
        ['GET', '/api/benchmark/live'],
        ['GET', '/api/benchmark/runs'],
        ['GET', '/api/benchmark/problems'],
        ['POST', '/api/benchmark/runs'],
        ['POST', '/api/benchmark/stop'],
      ].map(async ([method = '', path = '']) => (await fetch(node.url + path, { method })).status),
    )
    expect(new Set(statuses)).toEqual(new Set([401]))
  })
})
