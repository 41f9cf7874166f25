import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { startFakeOpenAi } from '@salp/models/testing/node'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { meetings, nameOf, seedMemory } from './seed-memory.js'
import { seedMind } from './seed-mind.js'
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
  {
    environment,
    flags,
    context = {},
  }: { environment?: Record<string, string>; flags?: readonly string[]; context?: BrowserContextOptions } = {},
): Promise<{ node: RunningNode; page: Page; problems: string[] }> {
  const node = await startNode({ place: where, flags, environment })
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

const details = (page: Page) => page.getByRole('complementary', { name: 'Details' })

/** Opens an address of the memory page. */
async function goToMemory(page: Page, hash = '#/memory'): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
  await page.getByRole('navigation', { name: 'Memory' }).waitFor()
}

async function contentsOf(node: RunningNode, query = ''): Promise<string[]> {
  const { hits } = (await (await node.call(`/api/memory?${query}`)).json()) as { hits: { content: string }[] }
  return hits.map(({ content }) => content).toSorted()
}

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

describe.skipIf(browserPath === undefined)('The memory page', () => {
  test('finds as one types, explains the score, and leads to the conversation', async () => {
    const { page, problems } = await open(place())
    await say(page, 'remember that the deploy key rotates on Fridays')
    await messages(page)
      .getByText(/I will remember/)
      .waitFor()
    const conversation = page.url()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('search everything')
    await page.keyboard.press('Enter')
    await page.getByRole('searchbox', { name: 'Search everything remembered' }).fill('when does the key rotate')
    const found = page.getByRole('list', { name: 'Records found' })
    await found.getByRole('button', { name: /^Why/ }).click()
    await page.getByText('It has words of the question').waitFor()
    expect(await page.getByText(/key, rotate/).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await found.getByRole('link', { name: /rotates on Fridays/ }).click()
    await details(page).getByText('You, through studio').waitFor()
    expect(page.url()).toContain('query=when+does+the+key+rotate')
    await details(page).getByRole('link', { name: 'Open the conversation' }).click()
    await messages(page)
      .getByText(/I will remember/)
      .waitFor()
    expect(page.url()).toBe(conversation)
    expect(problems).toEqual([])
  })

  test('filters, and says so when nothing passes', async () => {
    const where = place()
    await seedMemory(where.home, [
      { content: 'The pump hums', source: { author: 'user' }, tags: ['cellar'] },
      { content: 'The pump may leak', source: { author: 'agent' }, kind: 'event' },
    ])
    const { page } = await open(where)
    await goToMemory(page)
    const rows = page.locator('.record')
    await page.getByLabel('Said by').selectOption({ label: 'Salp' })
    await page.getByRole('status').getByText('1 record', { exact: true }).waitFor()
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('The pump may leak')])
    await page.getByLabel('Tag', { exact: true }).fill('cellar')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing passes these filters.').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('status').getByText('2 records', { exact: true }).waitFor()
  })

  test('keeps old words as history, and reopens them', async () => {
    const where = place()
    await seedMemory(where.home, [{ content: 'The pump hums', source: { author: 'user' } }])
    const { page, node, problems } = await open(where)
    await goToMemory(page)
    await page.getByRole('link', { name: /The pump hums/ }).click()
    await details(page).getByRole('button', { name: 'Edit' }).click()
    await details(page).getByLabel('Words').fill('The pump sings')
    await details(page).getByLabel('Tags, parted by commas').fill('cellar, noise')
    await details(page).getByText('Saved as a new version').waitFor()
    await details(page).getByRole('button', { name: 'Save' }).click()
    const versions = details(page).getByRole('list', { name: 'Versions, newest first' })
    await versions.getByRole('link', { name: 'The pump hums' }).waitFor()
    expect(await versions.getByRole('link').allInnerTexts()).toEqual(['The pump sings', 'The pump hums'])
    expect(await contentsOf(node, 'tag=noise')).toEqual(['The pump sings'])
    expect(await contentsOf(node)).toEqual(['The pump sings'])
    await versions.getByRole('link', { name: 'The pump hums' }).click()
    await details(page).getByRole('link', { name: 'See what took its place' }).waitFor()
    await details(page).getByRole('button', { name: 'Reopen' }).click()
    await details(page).getByRole('button', { name: 'Edit' }).waitFor()
    expect(await contentsOf(node)).toEqual(['The pump hums', 'The pump sings'])
    expect(problems).toEqual([])
  })

  test('forgets a record with what it was before', async () => {
    const where = place()
    await seedMemory(where.home, [
      { content: 'The deploy key rotates on Fridays', source: { author: 'user' } },
      { content: 'The deploy key rotates on Mondays', source: { author: 'user' } },
      { content: 'Tea is out', source: { author: 'user' } },
    ])
    const { page, node } = await open(where)
    await goToMemory(page)
    await page.getByRole('link', { name: /Mondays/ }).click()
    await details(page).getByRole('button', { name: 'Forget' }).click()
    const dialog = page.getByRole('dialog', { name: 'Forget this?' })
    await dialog.getByText('This cannot be undone').waitFor()
    expect(await dialog.getByRole('checkbox', { name: 'Forget the version before it too' }).isChecked()).toBe(true)
    await dialog.getByRole('button', { name: 'Forget' }).click()
    await page.getByRole('status').getByText('1 record', { exact: true }).waitFor()
    expect([await contentsOf(node), await contentsOf(node, 'state=closed')]).toEqual([['Tea is out'], []])
  })

  test('goes to a day, and back through everything', async () => {
    const where = place()
    const noon = Date.UTC(2024, 4, 1, 12)
    await seedMemory(
      where.home,
      Array.from({ length: 150 }, (_, index) => ({
        content: `Note ${index}`,
        source: { author: 'user' as const },
        happenedAt: noon - index * 86_400_000,
      })),
    )
    const { page } = await open(where, { context: { timezoneId: 'UTC' } })
    await goToMemory(page)
    await page.getByRole('status').getByText('150 records', { exact: true }).waitFor()
    const rows = page.locator('.record')
    for (let pages = 0; pages < 3; pages++) await rows.last().scrollIntoViewIfNeeded()
    await page.getByRole('link', { name: /^Note 149/ }).waitFor()
    expect(await rows.count()).toBe(150)
    await page.getByLabel('Go to').fill('2024-03-01')
    await page.getByRole('button', { name: 'Back to the newest' }).waitFor()
    await page.getByRole('link', { name: /^Note 60\b/ }).waitFor({ state: 'hidden' })
    expect(await rows.first().textContent()).toContain('Note 61')
    const bars = page.getByRole('group', { name: 'Records by time' }).getByRole('button')
    await bars.first().click()
    await expect.poll(() => rows.count()).toBeLessThan(8)
    expect(await rows.last().textContent()).toContain('Note 149')
  })

  test('draws 5,000 of 6,000 names, by hand and by key', { timeout: 180_000 }, async () => {
    const where = place()
    await seedMemory(where.home, meetings(6_000))
    const { page, problems } = await open(where)
    await goToMemory(page, '#/memory/names')
    await page.getByText(/^5,000 of 6,000 names, the most mentioned · 15,000 of [\d,]+ links, the strongest/).waitFor()
    const canvas = page.locator('canvas')
    const told = (key: string) => canvas.getAttribute(`data-${key}`)
    expect([await told('names'), await told('links')]).toEqual(['5000', '15000'])
    await page.locator('canvas[data-settled=true]').waitFor({ timeout: 120_000 })
    expect(Number(await told('labels'))).toBeGreaterThan(20)
    expect(await page.locator('.legend li').count()).toBe(10)

    await page.getByRole('searchbox', { name: 'Find a name' }).fill(nameOf(0).slice(0, -1))
    await page.keyboard.press('Enter')
    const heading = details(page).getByRole('heading', { name: nameOf(0) })
    await heading.waitFor()
    await details(page)
      .getByRole('list', { name: `Records that mention ${nameOf(0)}` })
      .waitFor()
    expect(Number(await told('scale'))).toBeGreaterThan(1)

    const box = await canvas.boundingBox()
    if (box === null) throw new TypeError('The canvas has no place')
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await details(page).getByRole('button', { name: 'Close details' }).click()
    await heading.waitFor({ state: 'hidden' })
    await page.mouse.click(middle.x, middle.y)
    await heading.waitFor()

    await details(page).getByRole('button', { name: 'Close details' }).click()
    await canvas.focus()
    await page.keyboard.press('ArrowRight')
    await page.mouse.click(middle.x - 60, middle.y)
    await heading.waitFor()

    const before = Number(await told('scale'))
    await page.mouse.wheel(0, -200)
    await expect.poll(async () => Number(await told('scale'))).toBeGreaterThan(before)
    await canvas.focus()
    await page.keyboard.press('0')
    await expect.poll(async () => Number(await told('scale'))).toBeLessThan(before)

    await page.getByRole('button', { name: 'List', exact: true }).click()
    await page.getByRole('searchbox', { name: 'Find a name' }).fill(nameOf(4_321))
    await page.getByRole('list', { name: 'Names' }).getByRole('link').first().click()
    await details(page)
      .getByRole('heading', { name: nameOf(4_321) })
      .waitFor()
    expect(problems).toEqual([])
  })

  test('follows a name that is dragged', async () => {
    const where = place()
    await seedMemory(where.home, meetings(60))
    const { page } = await open(where)
    await goToMemory(page, `#/memory/names?name=${encodeURIComponent(nameOf(0))}`)
    const canvas = page.locator('canvas')
    await page.locator('canvas[data-settled=true]').waitFor()
    const box = await canvas.boundingBox()
    if (box === null) throw new TypeError('The canvas has no place')
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await page.mouse.move(middle.x, middle.y)
    await page.mouse.down()
    await page.mouse.move(middle.x + 120, middle.y + 40, { steps: 4 })
    // It stays in the hand, and what it is joined with begins to follow.
    await page.locator('canvas[data-settled=false]').waitFor()
    await page.mouse.up()
    await page.locator('canvas[data-settled=true]').waitFor()
    await details(page)
      .getByRole('heading', { name: nameOf(0) })
      .waitFor()
  })

  test('shows what it would tidy up, does it, and settles a conflict', async () => {
    const where = place()
    await seedMemory(where.home, [
      { content: 'The shop opens at nine', source: { author: 'user' } },
      { content: 'The shop opens at nine.', source: { author: 'import' } },
      { content: 'The deploy key rotates on Mondays', source: { author: 'user' }, verification: 'verified' },
      { content: 'The deploy key rotates on Fridays', source: { author: 'user' } },
    ])
    const { page, node } = await open(where)
    await goToMemory(page, '#/memory/tidy')
    await page.getByText('1 pair').waitFor()
    expect((await contentsOf(node)).length).toBe(4)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Nothing to do' }).waitFor()
    expect((await contentsOf(node)).length).toBe(3)
    const conflicts = page.getByRole('list', { name: 'Conflicts' })
    await conflicts
      .getByRole('listitem')
      .filter({ hasText: /^The deploy key rotates on Fridays/ })
      .getByRole('button', { name: 'This holds' })
      .click()
    await page.getByText('No two records tell different values of one thing.').waitFor()
    expect(await contentsOf(node, 'state=closed')).toContain('The deploy key rotates on Mondays')
  })

  test('works on a phone, in the dark', async () => {
    const where = place()
    await seedMemory(where.home, meetings(30))
    const { page, problems } = await open(where, {
      context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    })
    for (const view of ['', '/names', '/tidy']) {
      await goToMemory(page, `#/memory${view}`)
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect([view, overflow]).toEqual([view, 0])
    }
    await goToMemory(page, '#/memory')
    await page.locator('.record a').first().tap()
    const sheet = page.getByRole('dialog', { name: 'Details' })
    await sheet.getByRole('button', { name: 'Forget' }).waitFor()
    await sheet.getByRole('button', { name: 'Close' }).tap()
    await sheet.waitFor({ state: 'hidden' })
    expect(problems).toEqual([])
  })
})

/** Replies of two turns: some calls fail, and one reply that writes is taken back. */
const work = [
  [['read_file wait30', 'search_files wait80'], ['fetch_url fail200'], ['write_file ok', 'edit_file ok']],
  [
    ['read_file fail', 'read_file wait20'],
    ['write_file ok', 'edit_file fail'],
  ],
]

describe.skipIf(browserPath === undefined)('The mind page', () => {
  const goToMind = async (page: Page) => {
    await page.getByRole('navigation', { name: 'Sessions' }).getByRole('link', { name: 'Mind' }).click()
    await page.getByText(/Engineering proxies with borrowed names/).waitFor()
  }
  const bars = (page: Page) => page.getByRole('group', { name: 'Surprise per call' }).getByRole('button')

  test('tells of the calls before, each by click and by key, and keeps the address', async () => {
    const where = place()
    await seedMind(where.home, work)
    const { page, problems } = await open(where)
    await goToMind(page)
    await expect.poll(() => bars(page).count()).toBe(9)
    await bars(page).nth(2).click()
    await details(page).getByRole('heading', { name: 'fetch_url' }).waitFor()
    await details(page)
      .getByText(/^\d+ %, before its outcome was known$/)
      .waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await details(page)
      .getByRole('heading', { name: /read_file|search_files/ })
      .waitFor()
    await page.reload()
    await details(page)
      .getByRole('heading', { name: /read_file|search_files/ })
      .waitFor()
    await details(page).getByRole('link', { name: 'Open its conversation' }).click()
    await messages(page)
      .getByText(/src\/part-0/)
      .waitFor()
    expect(problems).toEqual([])
  })

  test('explains each number on focus, and scores the forecasts', async () => {
    const where = place()
    await seedMind(where.home, work)
    const { page } = await open(where)
    await goToMind(page)
    await page.getByRole('note').filter({ hasText: 'Brier score' }).focus()
    await page.getByRole('tooltip').getByText('Mean of (forecast − outcome)²').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tooltip').getByText('Mean of (forecast − outcome)²').waitFor({ state: 'hidden' })
    await page.getByRole('img', { name: /^Forecasts against what came true, in \d+ bins of 9 calls$/ }).waitFor()
    const batches = page.getByRole('list', { name: 'Replies that counted whole' })
    await batches.getByRole('link', { name: 'Undone: write_file' }).waitFor()
    await batches.getByRole('link', { name: 'Kept: write_file, edit_file' }).waitFor()
  })

  test('follows a turn as it runs, and tells which modules are on and why', async () => {
    const where = place()
    mkdirSync(where.home, { recursive: true })
    writeFileSync(join(where.home, 'config.json'), '{ "agent": { "modules": { "surprise": true } } }')
    const { page, node, problems } = await open(where)
    await goToMind(page)
    await page.getByText(/^Nothing was called yet/).waitFor()
    const surprise = page
      .getByRole('list', { name: 'Modules' })
      .getByRole('listitem')
      .filter({ hasText: /^surprise/ })
    await surprise.getByText('Set on by you.').waitFor()
    await node.call('/api/turns', { json: { text: 'list the files in .', channel: 'test' } })
    await expect.poll(() => bars(page).count()).toBe(1)
    await details(page).getByText('The newest call').waitFor()
    await page.getByRole('row', { name: /list_files/ }).waitFor()
    expect(problems).toEqual([])
  })

  test('says what is wrong when it cannot be loaded, and tries again', async () => {
    const { page } = await open(place())
    await page.route('**/api/cognition/record*', (route) =>
      route.fulfill({ status: 500, body: '{"title":"It broke"}' }),
    )
    await page.getByRole('navigation', { name: 'Sessions' }).getByRole('link', { name: 'Mind' }).click()
    await page.getByRole('alert').getByText('It broke').waitFor()
    await page.unroute('**/api/cognition/record*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(/Engineering proxies/).waitFor()
  })

  test('works on a phone, in the dark', async () => {
    const where = place()
    await seedMind(where.home, work)
    const { page, problems } = await open(where, {
      context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    })
    await page.evaluate(() => {
      location.hash = '#/mind'
    })
    await bars(page).nth(2).tap()
    await page.getByRole('dialog', { name: 'Details' }).getByRole('heading', { name: 'fetch_url' }).waitFor()
    await page.getByRole('dialog', { name: 'Details' }).getByRole('button', { name: 'Close' }).tap()
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect([overflow, problems]).toEqual([0, []])
  })
})

/** Leaves a net as two trainings would, the second better by a little. */
function seedNet(home: string): void {
  const gain = { mean: 0.02, low: 0.01, high: 0.03 }
  const folder = join(home, 'models', 'nets', 'brain')
  mkdirSync(folder, { recursive: true })
  const adopted = [1, 2].map((number) => ({ number, at: number, gain }))
  writeFileSync(join(folder, 'adopted.json'), JSON.stringify({ current: 2, adopted }))
  const report = {
    ...{ error: gain, baseline: { name: 'a straight line', error: gain }, steps: 20, origins: { simulated: 90 } },
    ...{
      examples: { train: 70, validation: 10, test: 10 },
      curve: [4, 8, 12].map((step) => ({ step, heldOut: 1 / step })),
    },
    calibration: { temperature: 1, error: 0.05, bins: [{ said: 0.5, happened: 0.4, count: 10 }] },
    confusion: {
      names: ['shell', 'git'],
      counts: [
        [3, 1],
        [0, 4],
      ],
    },
  }
  const losses = Array.from({ length: 20 }, (_, step) => ({ step, loss: 2 / (step + 1) }))
  const training = { at: 2, seconds: 3, outcome: 'adopted', metric: 'error', gain, losses, report }
  writeFileSync(join(folder, 'last-training.json'), JSON.stringify(training))
}

describe.skipIf(browserPath === undefined)('The nets page', () => {
  test('shows how a net learnt, and goes back to the version before', async () => {
    const where = place()
    seedNet(where.home)
    const { page, problems } = await open(where)
    await page.getByRole('navigation', { name: 'Sessions' }).getByRole('link', { name: 'Nets' }).click()
    const card = page.getByRole('region', { name: 'brain' })
    await card.getByText('Version 2 of 2').waitFor()
    await card
      .getByRole('img', { name: /^Loss over 19 steps: batches from 2\.000 to 0\.100, held-out from 0\.250 to 0\.083$/ })
      .waitFor()
    await card.getByRole('img', { name: 'Said against happened, off by 0.050 on average' }).waitFor()
    await card.getByText('What was held for what').click()
    await card.getByRole('row', { name: 'shell 3 1' }).waitFor()
    await card.getByRole('button', { name: 'Roll back' }).click()
    await card.getByRole('button', { name: 'Go back to version 1' }).click()
    await card.getByText('Version 1 of 2').waitFor()
    await page.reload()
    await card.getByText('Version 1 of 2').waitFor()
    expect(problems).toEqual([])
  })

  test('says how to begin where no net was trained', async () => {
    const { page, problems } = await open(place())
    await page.evaluate(() => {
      location.hash = '#/nets'
    })
    await page.getByText('No net was trained yet').waitFor()
    expect(problems).toEqual([])
  })
})

/** A service on this machine that tells what it was asked. @returns Its host and port. */
async function startService(): Promise<string> {
  const server = createServer((request, response) => response.end(`answer of ${request.url}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('The service does not listen')
  return `127.0.0.1:${address.port}`
}

/** Opens a node with a development chain of its own; it ends in order, so that its chain ends with it. */
async function openWithMoney(options: Omit<Parameters<typeof open>[1], 'environment'> = {}): ReturnType<typeof open> {
  const opened = await open(place(), { ...options, environment: { SALP_WALLET_CHAIN: 'local' } })
  cleanups.push(() => opened.node.stop())
  return opened
}

/** Opens a page of money, and waits until the wallet is open. */
async function goToMoney(page: Page, node: RunningNode, hash: '#/wallet' | '#/endpoints'): Promise<void> {
  await expect
    .poll(async () => ((await (await node.call('/api/wallet')).json()) as { state: string }).state, { timeout: 30_000 })
    .toBe('open')
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
}

describe.skipIf(browserPath === undefined)('The pages of money', { timeout: 60_000 }, () => {
  test('say so where there is no money', async () => {
    const { page } = await open(place())
    for (const hash of ['#/wallet', '#/endpoints']) {
      await page.evaluate((to) => {
        location.hash = to
      }, hash)
      await page.getByText('Money is switched off in this node').waitFor()
    }
  })

  test('show whose money it is, and what the faucet adds to it', async () => {
    const { page, node, problems } = await openWithMoney()
    await goToMoney(page, node, '#/wallet')
    const balances = page.getByRole('region', { name: 'Balances' })
    const held = () => balances.getByRole('definition').allInnerTexts()
    await expect.poll(held).toEqual(['1,000', '1,000'])
    await page.getByRole('img', { name: /^QR code of 0x/ }).waitFor()
    await page.getByText('Development chain').waitFor()
    expect(await page.getByRole('meter', { name: 'devUSD left today' }).getAttribute('aria-valuetext')).toBe(
      '5 of 5 left today',
    )
    await balances.getByRole('button', { name: 'Get money from the faucet' }).click()
    await expect.poll(held, { timeout: 15_000 }).toEqual(['2,000', '2,000'])
    await page.getByText('Nothing was paid or earned yet').waitFor()
    expect(problems).toEqual([])
  })

  test('register an endpoint, ask before it is paid for, and keep the receipts', async () => {
    const service = await startService()
    const { page, node } = await openWithMoney({ flags: ['--set', `gateway.allowHosts=${service}`] })
    await goToMoney(page, node, '#/endpoints')
    await page.getByRole('button', { name: 'Register an endpoint' }).click()
    const form = page.getByRole('form', { name: 'Register an endpoint' })
    await form.getByLabel('Name', { exact: true }).fill('-')
    await form.getByLabel('Service', { exact: true }).fill(`http://${service}/api`)
    await form.getByLabel('Price of a call').fill('$0.5')
    await form.getByRole('button', { name: 'Register' }).click()
    await form.getByText(/^Takes 3 to 64 of/).waitFor()
    await form.getByLabel('Name', { exact: true }).fill('weather')
    await form.getByRole('button', { name: 'Register' }).click()
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'weather' }) })

    await card.getByRole('button', { name: 'Try it' }).click()
    await card.getByLabel('Address', { exact: true }).fill(`${node.url}/g/weather/rome`)
    const send = card.getByRole('button', { name: 'Send' })
    await send.click()
    const ask = card.getByRole('region', { name: 'Pay 0.5 devUSD?' })
    await ask.getByText(`GET ${node.url}/g/weather/rome`).waitFor()
    await ask.getByText('5 devUSD, before this').waitFor()
    await ask.getByRole('button', { name: 'Cancel' }).click()
    await card.getByText('Cancelled. Nothing was paid.').waitFor()
    await send.click()
    await ask.getByRole('button', { name: 'Pay 0.5 devUSD' }).click()
    await card.getByText('Paid 0.5 devUSD').waitFor()
    await card.getByText('answer of /api/rome').waitFor()
    await page
      .getByRole('list', { name: 'Recent payments' })
      .getByText(/^0\.5 devUSD for weather$/)
      .waitFor()
    await page.getByRole('img', { name: 'Earned: 0.5 devUSD' }).waitFor()

    await card.getByRole('button', { name: 'Close', exact: true }).click()
    await card.getByText('Closed', { exact: true }).waitFor()
    expect((await fetch(`${node.url}/g/weather/rome`)).status).toBe(404)

    await goToMoney(page, node, '#/wallet')
    const receipts = page.getByRole('list', { name: 'Receipts' }).getByRole('listitem')
    await receipts.nth(1).waitFor()
    await page.getByLabel('Direction').selectOption('out')
    await page.getByRole('status').getByText('1 of 2 receipts').waitFor()
    expect(await receipts.allInnerTexts()).toEqual([expect.stringContaining('0.5 devUSD')])
    expect(await page.getByRole('meter', { name: 'devUSD left today' }).getAttribute('aria-valuetext')).toBe(
      '4.5 of 5 left today',
    )
  })

  test('fit a phone, in the dark', async () => {
    const { page, node } = await openWithMoney({
      context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    })
    for (const [hash, name] of [
      ['#/wallet', 'Receipts'],
      ['#/endpoints', 'Recent payments'],
    ] as const) {
      await goToMoney(page, node, hash)
      await page.getByRole('heading', { name, exact: true }).waitFor()
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0)
    }
  })
})
