import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Approval, Now, Routine, Task, Work } from '@salp/agent'
import { type FakeReply, startFakeOpenAi } from '@salp/models/testing/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { makePlace, type Place, type RunningNode, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log('Skipped: nothing is stopped from a phone, because there is no Chromium here. Set CHROME_PATH to one')

let browser: Browser
const cleanups: (() => unknown)[] = []
/** Studio asks every few seconds, and the machine may be busy. */
const patient = { timeout: 15_000 }
beforeAll(async () => {
  if (browserPath !== undefined) browser = await openBrowser()
})
afterAll(() => browser?.close())
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const

async function openPhone(node: RunningNode, hash: string): Promise<{ page: Page; problems: string[] }> {
  const tab = await browser.newContext(phone)
  cleanups.push(() => tab.close())
  const page = await tab.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(`${node.url}/${hash}`)
  return { page, problems }
}

function repository({ workspace }: Place): void {
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { cwd: workspace })
  git('init', '-q', '-b', 'main')
  writeFileSync(join(workspace, 'a.txt'), 'a\n')
  git('add', '.')
  git('commit', '-qm', 'first')
}

/** Asks for a command where it is told to, and thinks without an end about everything else. */
function reply(body: { readonly messages?: unknown }): FakeReply {
  const asked = JSON.stringify((body.messages as readonly { role: string }[]).findLast(({ role }) => role === 'user'))
  return asked.includes('Touch')
    ? { calls: [{ name: 'run_command', arguments: { command: 'touch made.txt' } }] }
    : { text: ['on and '], end: 'endless', pieceDelayMs: 50 }
}

describe.skipIf(browserPath === undefined)('from a phone, an operator', { timeout: 90_000 }, () => {
  test('sees whatever goes on, stops each of it, and all of it', async () => {
    const where = makePlace()
    cleanups.push(where.remove)
    repository(where)
    const server = await startFakeOpenAi(({ body }) => reply(body))
    cleanups.push(() => server.close())
    const node = await startNode({ place: where, environment: { SALP_MODEL_URL: server.url } })
    cleanups.push(() => node.stop('SIGKILL'))
    const json = async <T>(path: string, body?: unknown): Promise<T> =>
      (await (await node.call(path, body === undefined ? {} : { json: body })).json()) as T
    /** Says something, as another surface would. */
    const begin = async (text: string, channel: string): Promise<void> => {
      const response = await node.call('/api/turns', { json: { text, channel } })
      await response.body?.cancel()
    }
    const beginTask = async (title: string): Promise<number> => {
      const { id } = await json<Task>('/api/tasks', { title })
      await json<Work>(`/api/tasks/${id}/work`, { verify: ['true'] })
      return id
    }

    await begin('Think for ever', 'cli')
    await begin('Touch a file', 'acp')
    const task = await beginTask('Mend the parser')
    const every = { trigger: { type: 'every', minutes: 60 }, action: { type: 'turn', text: 'Look around' } }
    await json('/api/routines', { title: 'Look around', ...every })
    const { page, problems } = await openPhone(node, '#/now')
    const running = page.getByRole('region', { name: 'Running' }).getByRole('listitem')
    await expect.poll(() => running.count(), patient).toBe(3)
    await running.filter({ hasText: 'Think for ever' }).getByText('from the terminal').waitFor()
    await running.filter({ hasText: 'Touch a file' }).getByText('waits for you, from an editor').waitFor()
    await running.filter({ hasText: 'Mend the parser' }).getByText('Is being worked on').waitFor()
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBe(0)

    // Each of it, by its own button.
    await page.getByRole('button', { name: 'Rest: Look around' }).tap()
    await page.getByRole('button', { name: 'Go on: Look around' }).waitFor()
    const { routines } = await json<{ routines: Routine[] }>('/api/routines')
    expect(routines.map(({ enabled }) => enabled)).toEqual([false])
    await page.getByRole('button', { name: 'Stop Think for ever' }).tap()
    await running.filter({ hasText: 'Think for ever' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Stop Mend the parser' }).tap()
    await running.filter({ hasText: 'Mend the parser' }).waitFor({ state: 'detached' })
    expect((await json<Work>(`/api/tasks/${task}/work`)).state).toBe('stopped')
    const asking = page.getByRole('region', { name: 'Waits for you' })
    const asked = async () => (await json<{ approvals: Approval[] }>('/api/approvals')).approvals.map(({ id }) => id)
    const [first] = await asked()
    await asking.getByRole('button', { name: 'Deny', exact: true }).tap()
    // The turn was told no, and asks again: only its end ends it.
    await expect.poll(asked, patient).toEqual([expect.not.stringMatching(`^${first}$`)])
    await asking.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Stop Touch a file' }).tap()
    await page.getByText('Nothing runs now, here or anywhere else.').waitFor()
    expect((await json<Now>('/api/now')).activities).toEqual([])

    // All of it, with one thumb and a second thought.
    await begin('Think again', 'mcp')
    await begin('Touch another file', 'studio')
    await beginTask('Mend the lexer')
    await expect.poll(() => running.count(), patient).toBe(3)
    const stopAll = page.getByRole('button', { name: 'Stop everything' })
    const box = await stopAll.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
    expect(box?.y).toBeGreaterThan(phone.viewport.height / 2)
    await stopAll.tap()
    const dialog = page.getByRole('dialog', { name: 'Stop everything?' })
    await dialog.getByRole('button', { name: 'Cancel' }).tap()
    expect(await running.count()).toBe(3)
    await stopAll.tap()
    await dialog.getByRole('button', { name: 'Stop everything' }).tap()
    await page.getByText('Nothing runs now, here or anywhere else.').waitFor()
    await page.getByText('Salp is paused and calls nothing: Paused by a person').waitFor()
    expect(await json<Now>('/api/now')).toEqual({ paused: 'Paused by a person', activities: [] })
    expect([existsSync(join(where.home, 'pause')), existsSync(join(where.workspace, 'made.txt'))]).toEqual([
      true,
      false,
    ])

    await page.getByRole('region', { name: 'Switches' }).getByRole('button', { name: 'Resume' }).tap()
    await page.getByText('Salp is paused and calls nothing').waitFor({ state: 'detached' })
    expect(existsSync(join(where.home, 'pause'))).toBe(false)
    expect(problems).toEqual([])
  })
})
