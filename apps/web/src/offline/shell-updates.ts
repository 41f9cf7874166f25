/** Keeps the shell of Studio in the browser, and tells when a newer one is there. */

/** A newer version, once it is there. */
export interface ShellUpdates {
  /** Whether a reload would show a newer version. */
  snapshot(): boolean
  subscribe(callback: () => void): () => void
  /** Shows the newer version: reloads every page of Studio once it is in charge. */
  apply(): void
  /** Looks for one now. */
  check(): void
}

/** What it asks of the browser. */
export interface ShellUpdatesDeps {
  /** Absent where the page is not secure, as by plain HTTP from another machine. */
  readonly container: Pick<ServiceWorkerContainer, 'register' | 'controller' | 'addEventListener'> | undefined
  readonly reload: () => void
}

/** Address of the worker. */
const workerUrl = '/service-worker.js'

/** Word that lets a waiting worker take over (serve-shell.ts). */
const activateWord = 'activate'

/** Registers the worker. Where there is none, nothing is kept and nothing is ever newer. */
export function createShellUpdates({ container, reload }: ShellUpdatesDeps): ShellUpdates {
  const subscribers = new Set<() => void>()
  let waiting: ServiceWorker | undefined
  let registration: ServiceWorkerRegistration | undefined
  let applying = false

  const offer = (worker: ServiceWorker): void => {
    waiting = worker
    for (const callback of subscribers) callback()
  }
  const follow = (worker: ServiceWorker | null): void => {
    worker?.addEventListener('statechange', () => {
      // The first worker of this browser brings nothing newer.
      if (worker.state === 'installed' && container?.controller) offer(worker)
    })
  }
  const begin = async (from: NonNullable<typeof container>): Promise<void> => {
    // Whoever loaded with one worker and runs under the next has files of the one before.
    const before = from.controller
    from.addEventListener('controllerchange', () => {
      if (applying || before !== null) reload()
    })
    registration = await from.register(workerUrl)
    if (registration.waiting && from.controller) offer(registration.waiting)
    follow(registration.installing)
    registration.addEventListener('updatefound', () => follow(registration?.installing ?? null))
  }
  // Studio works without: nothing is there then when the node is away.
  if (container) void begin(container).catch(() => undefined)

  return {
    snapshot: () => waiting !== undefined,
    subscribe(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    apply() {
      applying = true
      waiting?.postMessage(activateWord)
    },
    check: () => void registration?.update().catch(() => undefined),
  }
}
