import { describe, expect, test } from 'vitest'
import type { FetchEvent, LastingEvent, WorkerScope } from './scope.js'
import { classifyRequest, type Shell, serveShell } from './serve-shell.js'

const origin = 'https://salp.test'
const shell: Shell = { version: 'b2', files: ['/assets/index-1.js', '/index.html', '/theme.js'] }
const request = (path: string, change: Partial<Pick<Request, 'method' | 'mode'>> = {}) =>
  ({ url: new URL(path, origin).href, method: 'GET', mode: 'no-cors', ...change }) as Request

describe('classifyRequest()', () => {
  const kindOf = (path: string, change?: Parameters<typeof request>[1]) =>
    classifyRequest(request(path, change), { origin, shell })

  test('knows the page and its files', () => {
    expect(kindOf('/', { mode: 'navigate' })).toBe('page')
    expect(['/assets/index-1.js', '/assets/other-2.js', '/theme.js'].map((path) => kindOf(path))).toEqual(
      Array.from({ length: 3 }, () => 'file'),
    )
  })

  test.each([
    '/api/sessions',
    '/api/events',
    '/v1/models',
    '/c/snake',
    '/index.html',
    '/assets/index-1.js?token=secret',
    'https://elsewhere.test/assets/index-1.js',
  ])('leaves %s alone', (path) => {
    expect(kindOf(path)).toBeUndefined()
  })

  test('leaves signing in, other pages and whatever is sent alone', () => {
    expect(kindOf('/?token=secret', { mode: 'navigate' })).toBeUndefined()
    expect(kindOf('/c/snake', { mode: 'navigate' })).toBeUndefined()
    expect(kindOf('/theme.js', { method: 'POST' })).toBeUndefined()
  })
})

/** A browser with stores, and a node that may be away. */
function createBrowser(stores: Record<string, Record<string, Response>> = {}) {
  const listeners = new Map<string, (event: never) => void>()
  const network = { away: false, slow: false, asked: [] as string[] }
  const pathOf = (input: unknown): string => {
    const { url } = typeof input === 'object' && input !== null && 'url' in input ? (input as Request) : { url: input }
    return new URL(String(url), origin).pathname
  }
  const open = (name: string) => {
    const store = stores[name] ?? {}
    stores[name] = store
    return Promise.resolve({
      match: async (path: string) => store[path]?.clone(),
      async put(path: string, response: Response) {
        store[path] = response
      },
    } as Partial<Cache> as Cache)
  }
  const scope: WorkerScope = {
    caches: {
      open,
      keys: async () => Object.keys(stores),
      delete: async (name) => delete stores[name],
    },
    clients: { claim: async () => undefined, matchAll: async () => [], openWindow: async () => undefined },
    registration: { showNotification: async () => undefined, pushManager: { subscribe: () => Promise.reject() } },
    location: { origin },
    async fetch(input) {
      const path = pathOf(input)
      network.asked.push(path)
      if (network.away) throw new TypeError('Failed to fetch')
      if (network.slow) await new Promise((resolve) => setImmediate(resolve))
      const response = new Response(`fresh ${path}`)
      Object.defineProperty(response, 'type', { value: 'basic' })
      return response
    },
    skipWaiting: async () => undefined,
    addEventListener: (name: string, listener: (event: never) => void) => void listeners.set(name, listener),
  }
  serveShell(scope, shell, () => (network.slow ? Promise.resolve() : new Promise(() => undefined)))
  const emit = <Event>(name: string, event: Event) => listeners.get(name)?.(event as never)
  return {
    stores,
    network,
    async run(name: 'install' | 'activate') {
      const work: Promise<unknown>[] = []
      emit<LastingEvent>(name, { waitUntil: (one) => void work.push(one) })
      await Promise.all(work)
    },
    async get(path: string, mode: RequestMode = 'no-cors'): Promise<string | undefined> {
      const answers: Promise<Response>[] = []
      const event = { request: request(path, { mode }), waitUntil: () => undefined }
      emit<FetchEvent>('fetch', { ...event, respondWith: (response) => void answers.push(response) })
      return (await answers[0])?.text()
    },
  }
}

describe('serveShell()', () => {
  test('keeps the files of its build, and throws those of others away', async () => {
    const { run, stores } = createBrowser({ 'salp-shell-b1': {}, 'of-another': {} })
    await run('install')
    await run('activate')
    expect(Object.keys(stores)).toEqual(['of-another', 'salp-shell-b2'])
    expect(Object.keys(stores['salp-shell-b2'] ?? {})).toEqual(shell.files)
  })

  test('keeps nothing if one file cannot be had', async () => {
    const { run, network } = createBrowser()
    network.away = true
    await expect(run('install')).rejects.toThrow('Failed to fetch')
  })

  test('gives the page as the node has it, and the kept one while the node is away', async () => {
    const { run, get, network } = createBrowser()
    await run('install')
    expect(await get('/', 'navigate')).toBe('fresh /')
    network.away = true
    expect(await get('/', 'navigate')).toBe('fresh /index.html')
  })

  test('gives the kept page when the node takes too long', async () => {
    const { run, get, network } = createBrowser()
    await run('install')
    network.slow = true
    expect(await get('/', 'navigate')).toBe('fresh /index.html')
  })

  test('gives kept files without asking, and keeps others when they come', async () => {
    const { run, get, network } = createBrowser()
    await run('install')
    network.asked.length = 0
    expect(await get('/assets/index-1.js')).toBe('fresh /assets/index-1.js')
    expect(await get('/assets/later-3.js')).toBe('fresh /assets/later-3.js')
    network.away = true
    expect(await get('/assets/later-3.js')).toBe('fresh /assets/later-3.js')
    expect(network.asked).toEqual(['/assets/later-3.js'])
  })

  test('answers nothing for the API', async () => {
    const { run, get, stores } = createBrowser()
    await run('install')
    expect(await get('/api/sessions')).toBeUndefined()
    expect(Object.keys(stores['salp-shell-b2'] ?? {})).toEqual(shell.files)
  })
})
