import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PushNotice, PushView } from '@salp/agent'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { certificate, makeDevice, startFakePushService } from './fake-push-service.js'
import { makePlace, type Place, type RunningNode, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log('Skipped: Studio is not used without its node, because there is no Chromium here. Set CHROME_PATH to one')

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

function place(): Place {
  const made = makePlace()
  cleanups.push(made.remove)
  return made
}

async function start(where: Place, options: Partial<Parameters<typeof startNode>[0]> = {}): Promise<RunningNode> {
  const node = await startNode({ place: where, ...options })
  cleanups.push(() =>
    node.child.exitCode === null && node.child.signalCode === null ? node.stop('SIGKILL') : undefined,
  )
  return node
}

async function openTab(): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  cleanups.push(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  return { context, page, problems }
}

/** Opens Studio, and waits until it is kept. */
async function openKept(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByText('Connected', { exact: true }).waitFor()
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })
const waiting = (page: Page) => page.getByRole('region', { name: 'Waits to be sent' })
const away = (page: Page) => page.getByText('Salp is away.', { exact: false })

/** What people said in each session, as the node has it. */
async function saidTo(node: RunningNode): Promise<string[]> {
  const { sessions } = (await (await node.call('/api/sessions')).json()) as { sessions: { id: string }[] }
  const all = await Promise.all(
    sessions.map(async ({ id }) => {
      const detail = (await (await node.call(`/api/sessions/${id}`)).json()) as {
        messages: { role: string; parts: { text?: string }[] }[]
      }
      return detail.messages.flatMap(({ role, parts }) => (role === 'user' ? parts.map(({ text = '' }) => text) : []))
    }),
  )
  return all.flat().sort()
}

describe.skipIf(browserPath === undefined)('Studio without its node', { timeout: 90_000 }, () => {
  test('is read, and written to: what waits is seen, withdrawn, and sent once', async () => {
    const where = place()
    const first = await start(where)
    const { page, problems } = await openTab()
    await openKept(page, first.url)
    await say(page, 'remember that the kiln is in the yard')
    await messages(page)
      .getByText(/I will remember/)
      .waitFor()
    await first.stop()

    // The page begins from what was kept, and shows what was read.
    await page.reload()
    await away(page).waitFor()
    await messages(page)
      .getByText(/I will remember/)
      .waitFor()
    await page.getByText(/^As it was on /).waitFor()

    await say(page, 'remember that the glaze is blue')
    await waiting(page).getByText('remember that the glaze is blue').waitFor()
    await say(page, 'remember nonsense')
    await page.getByRole('button', { name: 'Withdraw: remember nonsense' }).click()
    const box = page.getByRole('textbox', { name: 'Message' })
    await expect.poll(() => box.inputValue(), patient).toBe('remember nonsense')
    // A conversation may begin without it too.
    await page.evaluate(() => {
      location.hash = '#/'
    })
    await say(page, 'remember that the clay is red')
    await waiting(page).getByText('remember that the clay is red').waitFor()
    await page.reload()
    await page.getByText('2 messages wait').click()
    await expect.poll(() => waiting(page).getByRole('listitem').count(), patient).toBe(2)

    // What was never opened here says so.
    await page.evaluate(() => {
      location.hash = '#/mind'
    })
    await page.getByText('It was not opened on this device before, and Salp is away.').waitFor()

    // The first message arrives, and nobody hears of it: it is sent again under the same name.
    let lost = 0
    await page.route('**/api/messages', async (route) => {
      if (lost++ > 0) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await page.goto(`${first.url}/#/now`)
    const second = await start(where, { flags: ['--port', new URL(first.url).port] })
    await waiting(page).waitFor({ state: 'detached' })
    await away(page).waitFor({ state: 'detached' })
    expect(lost).toBe(3)
    expect(await saidTo(second)).toEqual([
      'remember that the clay is red',
      'remember that the glaze is blue',
      'remember that the kiln is in the yard',
    ])
    expect(problems).toEqual([])
  })

  test('keeps no answer of the API, and forgets what was read when one signs out', async () => {
    const node = await start(place())
    const { page } = await openTab()
    await openKept(page, node.url)
    await say(page, 'remember that the kiln is in the yard')
    await messages(page)
      .getByText(/I will remember/)
      .waitFor()
    await page.goto(`${node.url}/#/memory`)
    await page.getByRole('link', { name: /kiln is in the yard/ }).waitFor()
    const keptPaths = await page.evaluate(async () => {
      const names = await caches.keys()
      const stores = await Promise.all(names.map((name) => caches.open(name)))
      const keys = await Promise.all(stores.map((store) => store.keys()))
      return keys.flat().map(({ url }) => new URL(url).pathname + new URL(url).search)
    })
    expect(keptPaths).toContain('/index.html')
    expect(keptPaths.filter((path) => !/^\/(?:assets\/[\w.-]+|[\w-]+\.\w+)$/.test(path))).toEqual([])

    const keptConversations = () =>
      page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            indexedDB.open('salp').onsuccess = ({ target }) => {
              const { result } = target as IDBOpenDBRequest
              result.transaction('conversations').objectStore('conversations').count().onsuccess = (event) =>
                resolve((event.target as IDBRequest<number>).result)
            }
          }),
      )
    expect(await keptConversations()).toBe(1)
    await page.goto(`${node.url}/#/settings`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await Promise.all([
      page.waitForEvent('load'),
      page
        .getByRole('dialog', { name: /^Sign out/ })
        .getByRole('button', { name: 'Sign out' })
        .click(),
    ])
    await page.getByText('Connected', { exact: true }).waitFor()
    expect(await keptConversations()).toBe(0)
  })

  test('says when a newer one is there, and shows it on a click', async () => {
    const node = await start(place())
    let build = 1
    // In front of the node, so that its service worker can change.
    const proxy = createServer((incoming, outgoing) => {
      const { method, headers, url = '' } = incoming
      const forwarded = httpRequest(node.url + url, { method, headers }, (answer) => {
        const isWorker = url === '/service-worker.js'
        const { 'content-length': length, ...rest } = answer.headers
        outgoing.writeHead(answer.statusCode ?? 502, isWorker ? rest : answer.headers)
        if (!isWorker) return void answer.pipe(outgoing)
        let code = ''
        answer.setEncoding('utf8').on('data', (piece: string) => {
          code += piece
        })
        answer.on('end', () => outgoing.end(code.replace(/"version":"\w+"/, `"version":"build${build}"`)))
      })
      forwarded.on('error', () => outgoing.destroy())
      incoming.pipe(forwarded)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    cleanups.push(() => {
      proxy.closeAllConnections()
      proxy.close()
    })
    const { page } = await openTab()
    await openKept(page, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    const stores = () => page.evaluate(() => caches.keys())
    expect(await stores()).toEqual(['salp-shell-build1'])
    build = 2
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
    await page.getByText('A newer Studio is here.').waitFor()
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()])
    await page.getByText('Connected', { exact: true }).waitFor()
    await expect.poll(stores, patient).toEqual(['salp-shell-build2'])
    expect(await page.getByText('A newer Studio is here.').count()).toBe(0)
  })
})

describe.skipIf(browserPath === undefined)('Notifications', { timeout: 90_000 }, () => {
  test('reach a device that subscribed, lead to the decision, and make none', async () => {
    const device = makeDevice()
    const service = await startFakePushService(device)
    cleanups.push(service.close)
    const folder = mkdtempSync(join(tmpdir(), 'salp push '))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'ca.pem'), certificate)
    const node = await start(place(), {
      flags: ['--set', `push.allowHosts=${service.host}`],
      environment: { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
    })
    const { context, page, problems } = await openTab()
    await context.grantPermissions(['notifications'])
    // The browser's own push service is out of reach: this one stands in for it.
    await page.addInitScript(
      ([endpoint, keys]) => {
        let subscribed = false
        const subscription = {
          endpoint,
          options: { applicationServerKey: null },
          toJSON: () => ({ endpoint, keys }),
          unsubscribe: async () => {
            subscribed = false
            return true
          },
        } as object as PushSubscription
        PushManager.prototype.getSubscription = async () => (subscribed ? subscription : null)
        PushManager.prototype.subscribe = async () => {
          subscribed = true
          return subscription
        }
      },
      [`https://${service.host}/phone`, device.keys] as const,
    )
    await openKept(page, `${node.url}/#/settings`)
    await page.getByRole('button', { name: 'Tell this device' }).click()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Sent. It should be here any moment').waitFor()
    expect(service.received.map(({ text }) => (JSON.parse(text) as PushNotice).title)).toEqual([
      'Salp reaches you here',
    ])

    const ask = async (): Promise<string> => {
      const body = await node.call('/api/turns', { json: { text: 'run touch made.txt', channel: 'cli' } })
      await body.body?.cancel()
      const pending = async () => {
        const { approvals } = (await (await node.call('/api/approvals')).json()) as { approvals: { id: string }[] }
        return approvals.at(-1)?.id ?? ''
      }
      await expect.poll(pending, patient).not.toBe('')
      return pending()
    }
    const approval = await ask()
    await expect.poll(() => service.received.length, patient).toBe(2)
    const told = service.received[1]?.text ?? ''
    expect(JSON.parse(told)).toMatchObject({ body: expect.stringContaining('touch'), decides: true })

    // What the push service would hand to the browser.
    const session = await context.newCDPSession(page)
    const registration = Promise.withResolvers<string>()
    session.on(
      'ServiceWorker.workerRegistrationUpdated',
      ({ registrations: [known] }) => known && registration.resolve(known.registrationId),
    )
    await session.send('ServiceWorker.enable')
    const { origin } = new URL(node.url)
    const registrationId = await registration.promise
    await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: told })
    const shown = () =>
      page.evaluate(async () => {
        const found = await (await navigator.serviceWorker.ready).getNotifications()
        return found.map(({ title, tag }) => ({ title, tag }))
      })
    await expect.poll(shown, patient).toEqual([{ title: 'Salp waits for your word', tag: `approval:${approval}` }])
    const [worker] = context.serviceWorkers()
    await worker?.evaluate(async () => {
      const { registration } = globalThis as object as { registration: ServiceWorkerRegistration }
      const [notification] = await registration.getNotifications()
      const Clicked = (globalThis as object as { NotificationEvent: new (name: string, data: object) => Event })
        .NotificationEvent
      dispatchEvent(new Clicked('notificationclick', { notification, action: 'approve' }))
    })
    await page.waitForURL(/#\/now\?ask=/)
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused, patient).toMatch(/^Approve/)
    // Nothing is decided by a notification.
    expect(((await (await node.call('/api/approvals')).json()) as { approvals: unknown[] }).approvals).toHaveLength(1)
    await page.getByRole('button', { name: 'Deny', exact: true }).click()

    // Each kind has a switch.
    await page.goto(`${node.url}/#/settings`)
    await page.getByLabel('A call waits for your word').click()
    const devices = async () => ((await (await node.call('/api/push')).json()) as PushView).devices
    await expect.poll(async () => (await devices())[0]?.kinds.approvals, patient).toBe(false)
    await ask()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await expect.poll(() => service.received.length, patient).toBe(3)
    await page.getByRole('button', { name: 'Tell it nothing more' }).click()
    await expect.poll(devices, patient).toEqual([])
    expect(problems).toEqual([])
  })
})
