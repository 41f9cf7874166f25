import { openAssemblyScript, openTemplates } from '@salp/cartridge/node'
import { prepare } from '@salp/cartridge/rewrite'
import { systemClock } from '@salp/core/node'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'
import { makePlace, type Place, type RunningNode, replyOf, say, startNode } from './start-node.js'

if (browserPath === undefined)
  console.log('Skipped: no game is played, because there is no Chromium here. Set CHROME_PATH to one')

let place: Place
let node: RunningNode
beforeAll(async () => {
  place = makePlace()
  node = await startNode({ place })
})
afterAll(async () => {
  await node.stop()
  place.remove()
})

const json = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T

describe('cartridges of a node', { timeout: 60_000 }, () => {
  test('are made, called and, after a word, published in a conversation', async () => {
    expect(replyOf(await say(node, 'make a visit counter'))).toContain('counter')
    expect(replyOf(await say(node, 'call counter'))).toContain('You are the first to come here')
    const approve = async ({ name, data }: { name: string; data: Readonly<Record<string, unknown>> }) => {
      if (name !== 'approval:requested') return
      await node.call(`/api/approvals/${(data.approval as { id: string }).id}`, { json: { decision: 'approve' } })
    }
    expect((await fetch(`${node.url}/c/counter/`)).status).toBe(404)
    const published = await say(node, 'publish counter', { onEvent: approve })
    expect(published.map(({ name }) => name)).toContain('approval:requested')
    expect(await (await fetch(`${node.url}/c/counter/`)).text()).toBe('You are visitor number 2.\n')
  })

  test('serve pages that reach nothing of the agent, and take no secret', async () => {
    const source = `import { Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  return Response.html('<script>1</script>' + request.header('authorization') + request.header('cookie') + request.header('x-a'))
}`
    await node.call('/api/cartridges', { json: { name: 'Page', source } })
    expect(await json(node.call('/api/cartridges/page/build', { json: {} }))).toMatchObject({ status: 'active' })
    await node.call('/api/cartridges/page/publish', { json: { published: true, price: null } })
    const headers = { authorization: 'Bearer secret', cookie: 'salp=secret', 'x-a': 'seen' }
    const response = await fetch(`${node.url}/c/page/`, { headers })
    expect(await response.text()).toBe('<script>1</script>seen')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/^sandbox allow-forms; default-src 'none'/)
  })

  test('go on after kill -9 with version, source, keys and values', async () => {
    const before = await json<Record<string, unknown>>(node.call('/api/cartridges/counter'))
    await node.stop('SIGKILL')
    node = await startNode({ place })
    const { use: _, ...kept } = await json<Record<string, unknown>>(node.call('/api/cartridges/counter'))
    expect(before).toMatchObject(kept)
    expect(await (await fetch(`${node.url}/c/counter/`)).text()).toBe('You are visitor number 3.\n')
  })

  test('ask for the token for all but what is published', async () => {
    const document = await json<{ paths: Record<string, Record<string, unknown>> }>(node.call('/api/openapi.json'))
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      /^\/api\/(?:cartridges|ports)/.test(path)
        ? Object.keys(methods).map((method) => [method.toUpperCase(), path.replace('{id}', 'counter')] as const)
        : [],
    )
    expect(routes.length).toBeGreaterThan(15)
    for (const [method, path] of routes) {
      const response = await fetch(node.url + path, { method, ...(method !== 'GET' && { body: '{}' }) })
      expect(response.status, `${method} ${path}`).toBe(401)
    }
  })
})

describe.skipIf(browserPath === undefined)('a game', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  /** A page that tells what went wrong in it. */
  async function open(path: string): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } })
    page.setDefaultTimeout(15_000)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(node.url + path)
    return { page, problems }
  }

  test('uses the same fuel for the same pictures as it does here', async () => {
    const compiler = openAssemblyScript({ clock: systemClock })
    const [template] = (await openTemplates()).filter(({ id }) => id === 'snake')
    const compiled = await compiler.compile(template?.source ?? '', { kind: 'interactive', optimize: 2 })
    await compiler.close()
    if (compiled.status === 'failed' || 'script' in compiled) throw new Error('It did not compile')
    const { bytes } = prepare(compiled.wasm, { kind: 'interactive', capabilities: ['kv', 'entropy'] })
    const page = await browser.newPage()
    const module = [...bytes]
    const there = await page.evaluate(playByItself, module)
    expect(there).toEqual(await playByItself(module))
    expect(new Set(there.map(({ picture }) => picture)).size).toBeGreaterThan(5)
    await page.close()
  })

  test('that is asked for is there, and is played with the keyboard', async () => {
    const { page, problems } = await open('/')
    await page.getByRole('textbox', { name: 'Message' }).fill('make a snake game')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Play' }).click()
    await playSnake(page, page.locator('canvas'))
    await page.getByRole('link', { name: 'Play Snake' }).click()
    await page.getByRole('heading', { name: 'Snake' }).waitFor()
    expect(problems).toEqual([])
    await page.close()
  })

  test('and a list of things to do keep what is typed, and clear it once it was sent', async () => {
    await node.call('/api/cartridges', { json: { id: 'todo', template: 'todo' } })
    await node.call('/api/cartridges/todo/build', { json: {} })
    await node.call('/api/cartridges/todo/publish', { json: { published: true, price: null } })
    const { page, problems } = await open('/c/todo')
    const field = page.locator('input').first()
    await field.click()
    await page.keyboard.type('x')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('buy milk', { delay: 5 })
    await page.keyboard.press('Enter')
    await page.getByText('buy milk').waitFor()
    await expect.poll(() => field.inputValue()).toBe('')
    await page.keyboard.type('bread')
    expect(await field.inputValue()).toBe('bread')
    expect(problems).toEqual([])
    await page.close()
  })

  test('that is published is played by anyone, without a token', async () => {
    await node.call('/api/cartridges/snake/publish', { json: { published: true, price: null } })
    const { page, problems } = await open('/c/snake')
    expect(page.url()).toBe(`${node.url}/c/snake/`)
    expect(await page.context().cookies()).toEqual([])
    await playSnake(page, page.locator('canvas'))
    expect(problems).toEqual([])
    await page.close()
  })
})

/**
 * Runs a prepared game for 200 frames with some keys, on an engine of WebAssembly and nothing else: this runs in the page too.
 *
 * @returns After each tenth frame: fuel used so far, and a hash of the picture.
 */
async function playByItself(module: readonly number[]): Promise<{ readonly fuel: string; readonly picture: number }[]> {
  const none = (): number => -1
  let seed = 1
  const cart = {
    kv_get: none,
    kv_set: () => 0,
    kv_delete: none,
    kv_list: () => 0,
    random(pointer: number, length: number) {
      const into = new Uint8Array((exports.memory as WebAssembly.Memory).buffer, pointer, length)
      for (let at = 0; at < length; at++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        into[at] = seed >>> 16
      }
    },
  }
  const { instance } = await WebAssembly.instantiate(new Uint8Array(module), { cart, env: { abort: none } })
  const { exports } = instance
  const start = 10n ** 12n
  const fuel = exports.__cart_fuel as WebAssembly.Global
  const stack = exports.__cart_stack as WebAssembly.Global
  const run = (name: string, ...values: number[]): number =>
    (exports[name] as (...values: number[]) => number)(...values)
  fuel.value = start
  stack.value = 65_536
  run('cart_init')
  const size = run('fb_size')
  const pixels = (size >>> 16) * (size & 0xffff)
  const seen: { fuel: string; picture: number }[] = []
  for (let frame = 0; frame < 200; frame++) {
    if (frame % 30 === 10) run('key', 38, 1)
    if (frame % 30 === 20) run('key', 39, 1)
    run('frame', frame * 40, 40)
    if (frame % 10 !== 0) continue
    const words = new Uint32Array((exports.memory as WebAssembly.Memory).buffer, run('fb_ptr') >>> 0, pixels)
    let picture = 2_166_136_261
    for (const word of words) picture = Math.imul(picture ^ word, 16_777_619)
    seen.push({ fuel: String(start - (fuel.value as bigint)), picture: picture >>> 0 })
  }
  return seen
}

/** Steers up, left and down, into the wall, and begins again. */
async function playSnake(page: Page, canvas: Locator): Promise<void> {
  await canvas.click()
  await expect.poll(() => headOf(canvas), { timeout: 10_000 }).toBeDefined()
  await page.keyboard.press('Enter')
  const begun = await headAfter(canvas, () => true)
  await page.keyboard.press('ArrowUp')
  const up = await headAfter(canvas, ({ y }) => y < begun.y - 10)
  await page.keyboard.press('ArrowLeft')
  const left = await headAfter(canvas, ({ x }) => x < up.x - 10)
  await page.keyboard.press('ArrowDown')
  await headAfter(canvas, ({ y }) => y > left.y + 10)
  // The wall ends it, and Enter puts the head back in the middle.
  const still = await stillHead(canvas)
  await page.keyboard.press('Enter')
  await headAfter(canvas, ({ y }) => y < still.y - 30)
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Where the head of the snake is, in pixels of its picture: the middle of what has its colour. */
function headOf(canvas: Locator): Promise<Point | undefined> {
  return canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) return undefined
    const { width, height } = element
    const data = element.getContext('2d')?.getImageData(0, 0, width, height).data ?? []
    let [count, x, y] = [0, 0, 0]
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] !== 0xb6 || data[at + 1] !== 0xf0 || data[at + 2] !== 0x9c) continue
      count++
      x += (at / 4) % width
      y += Math.floor(at / 4 / width)
    }
    return count === 0 ? undefined : { x: x / count, y: y / count }
  })
}

async function headAfter(canvas: Locator, holds: (head: Point) => boolean): Promise<Point> {
  let found: Point | undefined
  await expect
    .poll(
      async () => {
        found = await headOf(canvas)
        return found !== undefined && holds(found)
      },
      { timeout: 10_000, interval: 30 },
    )
    .toBe(true)
  if (found === undefined) throw new Error('There is no head')
  return found
}

/** The head once it has stood still for half a second. */
async function stillHead(canvas: Locator): Promise<Point> {
  let last: Point | undefined
  await expect
    .poll(
      async () => {
        const before = last
        last = await headOf(canvas)
        return before !== undefined && last?.x === before.x && last?.y === before.y
      },
      { timeout: 15_000, interval: 500 },
    )
    .toBe(true)
  if (last === undefined) throw new Error('There is no head')
  return last
}
