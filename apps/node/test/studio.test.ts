import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFakeOpenAi } from '@salp/models/testing/node'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { makePlace, type Place, type RunningNode, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log('Skipped: Studio is not tested, because there is no Chromium here. Set CHROME_PATH to one')

let browser: Browser
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function open(
  where: Place,
  { environment, context = {} }: { environment?: Record<string, string>; context?: BrowserContextOptions } = {},
): Promise<{ node: RunningNode; page: Page; problems: string[] }> {
  const node = await startNode({ place: where, ...(environment !== undefined && { environment }) })
  cleanups.push(() =>
    node.child.exitCode === null && node.child.signalCode === null ? node.stop('SIGKILL') : undefined,
  )
  const tab = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...context })
  cleanups.push(() => tab.close())
  const page = await tab.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(node.url)
  return { node, page, problems }
}

function place(): Place {
  const made = makePlace()
  cleanups.push(made.remove)
  return made
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.keyboard.press('Enter')
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })

describe.skipIf(browserPath === undefined)('Studio', () => {
  test('answers from memory after a restart, and shows who said it', async () => {
    const where = place()
    const first = await open(where)
    await say(first.page, 'remember that the deploy key rotates on Fridays')
    await messages(first.page)
      .getByText(/deploy key rotates on Fridays/)
      .nth(1)
      .waitFor()
    expect(first.problems).toEqual([])
    await first.node.stop()

    const { page, problems } = await open(where)
    await say(page, 'when does the deploy key rotate?')
    await messages(page)
      .getByText(/You told me/)
      .waitFor()
    await page.getByRole('list', { name: 'Recalled from memory' }).first().waitFor()
    await page.getByRole('tab', { name: 'Memory' }).click()
    await page.getByRole('searchbox', { name: 'Search memory' }).fill('deploy key')
    await page.getByRole('list', { name: 'Memories' }).getByText('deploy key rotates on Fridays').waitFor()
    expect(problems).toEqual([])
  })

  test('shows what was believed before', async () => {
    const { page } = await open(place())
    for (const day of ['Fridays', 'Mondays']) {
      await say(page, `remember that the deploy key rotates on ${day}`)
      await messages(page).getByText(`I will remember: The deploy key rotates on ${day}`).waitFor()
    }
    await page.getByRole('tab', { name: 'Memory' }).click()
    const memories = page.getByRole('list', { name: 'Memories' })
    await memories.getByText('The deploy key rotates on Mondays').click()
    await memories
      .getByRole('list', { name: 'Believed before' })
      .getByText('The deploy key rotates on Fridays')
      .waitFor()
  })

  test('creates a task and shows it', async () => {
    const { page } = await open(place())
    await say(page, 'create a task to review the README')
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await page
      .getByRole('list', { name: 'Open tasks' })
      .getByText(/review the README/i)
      .waitFor()
  })

  test('asks before a command runs: denied by button, approved by key', async () => {
    const where = place()
    const { page } = await open(where)
    await say(page, 'run touch made.txt')
    await page.getByRole('button', { name: 'Deny', exact: true }).click()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    await page.getByRole('button', { name: 'Send' }).waitFor()
    expect(existsSync(join(where.workspace, 'made.txt'))).toBe(false)
    await say(page, 'run touch made.txt')
    await page.getByRole('button', { name: 'Approve', exact: true }).focus()
    await page.keyboard.press('a')
    await page.getByRole('button', { name: 'Send' }).waitFor()
    expect(existsSync(join(where.workspace, 'made.txt'))).toBe(true)
  })

  test('finds a waiting approval again after the page is loaded anew', async () => {
    const where = place()
    const { page } = await open(where)
    await say(page, 'run touch made.txt')
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page.getByRole('button', { name: 'Send' }).waitFor()
    expect(existsSync(join(where.workspace, 'made.txt'))).toBe(true)
  })

  test('streams a real model over HTTP, and stops it', async () => {
    const server = await startFakeOpenAi((_, index) =>
      index === 0 ? { text: ['**High**', ' tide'] } : { text: ['on and '], end: 'endless', pieceDelayMs: 10 },
    )
    cleanups.push(() => server.close())
    const { page } = await open(place(), { environment: { SALP_MODEL_URL: server.url } })
    await say(page, 'When is the tide?')
    await messages(page).getByText('High', { exact: true }).waitFor()
    await say(page, 'Go on')
    await messages(page)
      .getByText(/on and on and/)
      .waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Send' }).waitFor()
  })

  test('never runs what a model writes as HTML', async () => {
    const server = await startFakeOpenAi([
      {
        text: [
          '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
          ' [x](javascript:window.hacked=1) done',
        ],
      },
    ])
    cleanups.push(() => server.close())
    const { page } = await open(place(), { environment: { SALP_MODEL_URL: server.url } })
    await say(page, 'Hello')
    await messages(page).getByText(/done/).waitFor()
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
  })

  test('asks for the token when the machine is not trusted, and takes it', async () => {
    const where = place()
    mkdirSync(where.home, { recursive: true })
    writeFileSync(join(where.home, 'config.json'), '{ "server": { "trustLoopback": false } }')
    const { page } = await open(where)
    await page.getByRole('textbox', { name: 'Token' }).fill(readFileSync(join(where.home, 'token'), 'utf8'))
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
  })

  test('works on a phone, in the dark', async () => {
    const { page, problems } = await open(place(), {
      context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    })
    await say(page, 'what can you do?')
    await messages(page)
      .getByText(/remember/i)
      .first()
      .waitFor()
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
    expect(problems).toEqual([])
  })
})
