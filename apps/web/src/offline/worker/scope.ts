/** What a service worker sees of the browser, as far as ours uses it: TypeScript's own names are those of a page. */

/** An event that waits for work. */
export interface LastingEvent {
  waitUntil(work: Promise<unknown>): void
}

/** A request of a page. */
export interface FetchEvent extends LastingEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

/** A message from a push service. */
export interface PushEvent extends LastingEvent {
  readonly data: { text(): string } | null
}

/** A notification that was clicked, or a button on it. */
export interface NotificationEvent extends LastingEvent {
  readonly action: string
  readonly notification: Pick<Notification, 'data' | 'close'>
}

/** A subscription that the browser replaced. */
export interface SubscriptionChangeEvent extends LastingEvent {
  readonly oldSubscription?: PushSubscription | null
  readonly newSubscription?: PushSubscription | null
}

/** A page of ours. */
export interface WindowClient {
  readonly url: string
  readonly focused: boolean
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

/** A notification with buttons, which only workers may show. */
export interface NotificationDetails extends NotificationOptions {
  readonly actions?: readonly { readonly action: string; readonly title: string }[]
}

/** The global scope. */
export interface WorkerScope {
  readonly caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly WindowClient[]>
    openWindow(url: string): Promise<unknown>
  }
  readonly registration: {
    showNotification(title: string, options: NotificationDetails): Promise<void>
    readonly pushManager: Pick<PushManager, 'subscribe'>
  }
  readonly location: { readonly origin: string }
  readonly fetch: typeof fetch
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listener: (event: LastingEvent) => void): void
  addEventListener(name: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(name: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(name: 'push', listener: (event: PushEvent) => void): void
  addEventListener(name: 'notificationclick', listener: (event: NotificationEvent) => void): void
  addEventListener(name: 'pushsubscriptionchange', listener: (event: SubscriptionChangeEvent) => void): void
}
