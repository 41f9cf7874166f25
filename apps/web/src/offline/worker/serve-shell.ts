/**
 * Keeps the shell of Studio: the page, its scripts, styles, fonts and pictures, and nothing that the node says.
 *
 * Requests below `/api` and everything else that is no file of Studio never pass through here.
 */

import type { WorkerScope } from './scope.js'

/** The files of one build. */
export interface Shell {
  /** Differs between builds. */
  readonly version: string
  /** Kept at once. Paths with a leading slash; `/index.html` is among them. */
  readonly files: readonly string[]
}

/** Names of our stores begin so. */
const prefix = 'salp-shell-'
const page = '/index.html'

/** How long the node may take to answer for the page before the kept one is shown, in ms. */
const patienceMs = 4_000

/** What is done with a request: the page of Studio, a file of it, or nothing. */
export function classifyRequest(
  { method, mode, url }: Pick<Request, 'method' | 'mode' | 'url'>,
  { origin, shell }: { readonly origin: string; readonly shell: Shell },
): 'page' | 'file' | undefined {
  const { origin: asked, pathname, search } = new URL(url)
  if (method !== 'GET' || asked !== origin) return undefined
  // `/?token=…` signs in, which only the node can do; it is not to be found in any store either.
  if (mode === 'navigate') return pathname === '/' && search === '' ? 'page' : undefined
  if (search !== '') return undefined
  return pathname.startsWith('/assets/') || (pathname !== page && shell.files.includes(pathname)) ? 'file' : undefined
}

/** Serves a build of Studio. @param sleep - Resolves after so many ms. */
export function serveShell(scope: WorkerScope, shell: Shell, sleep: (ms: number) => Promise<void>): void {
  const { caches, clients, location } = scope
  const storeName = prefix + shell.version

  const load = async (path: string): Promise<Response> => {
    const response = await scope.fetch(path, { cache: 'no-cache', redirect: 'error' })
    if (!response.ok) throw new TypeError(`Cannot keep "${path}": ${response.status}`)
    return response
  }
  const install = async (): Promise<void> => {
    const store = await caches.open(storeName)
    await Promise.all(shell.files.map(async (path) => store.put(path, await load(path))))
  }
  const activate = async (): Promise<void> => {
    const names = await caches.keys()
    const others = names.filter((name) => name.startsWith(prefix) && name !== storeName)
    await Promise.all(others.map((name) => caches.delete(name)))
    await clients.claim()
  }

  /** The page as the node has it, so that a reload is always enough to see a new one; the kept one while it is away. */
  const servePage = async (request: Request): Promise<Response> => {
    const fresh = scope.fetch(request)
    const late = sleep(patienceMs).then(() => undefined)
    const answer = await Promise.race([fresh, late]).catch(() => undefined)
    if (answer !== undefined && answer.status < 500) return answer
    return (await (await caches.open(storeName)).match(page)) ?? fresh
  }
  /** Files carry their contents in their names, or belong to the build that was kept with them. */
  const serveFile = async (request: Request): Promise<Response> => {
    const store = await caches.open(storeName)
    const { pathname } = new URL(request.url)
    const known = await store.match(pathname)
    if (known !== undefined) return known
    const response = await scope.fetch(request)
    if (response.ok && response.type === 'basic') await store.put(pathname, response.clone())
    return response
  }

  scope.addEventListener('install', (event) => event.waitUntil(install()))
  scope.addEventListener('activate', (event) => event.waitUntil(activate()))
  scope.addEventListener('message', ({ data }) => {
    if (data === 'activate') void scope.skipWaiting()
  })
  scope.addEventListener('fetch', (event) => {
    const kind = classifyRequest(event.request, { origin: location.origin, shell })
    if (kind === 'page') event.respondWith(servePage(event.request))
    if (kind === 'file') event.respondWith(serveFile(event.request))
  })
}
