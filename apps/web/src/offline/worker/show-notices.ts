/** Shows what the node tells while no page is open, and leads to it. Nothing is decided here: that takes the page. */

import type { NotificationEvent, SubscriptionChangeEvent, WorkerScope } from './scope.js'

/** A notice, as the node sends it; the shape is that of `PushNotice`. */
interface Notice {
  readonly title: string
  readonly body: string
  readonly tag: string
  readonly hash: string
  readonly decides: boolean
}

/** What a page is told: to show another place. */
export interface OpenMessage {
  readonly type: 'salp:open'
  readonly hash: string
}

/** Reads what came; a message that is none of ours leads to the page of what goes on. */
export function readNotice(text: string): Notice {
  const unknown: Notice = { title: 'Salp', body: 'Something happened', tag: 'salp', hash: '#/now', decides: false }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return unknown
    const fields = value as { readonly [Key in keyof Notice]?: unknown }
    const textOf = (key: 'title' | 'body' | 'tag'): string => {
      const found = fields[key]
      return typeof found === 'string' ? found : unknown[key]
    }
    const hash = typeof fields.hash === 'string' && fields.hash.startsWith('#/') ? fields.hash : unknown.hash
    return { title: textOf('title'), body: textOf('body'), tag: textOf('tag'), hash, decides: fields.decides === true }
  } catch {
    return unknown
  }
}

/** Where a click leads. A button of an approval leads to the same button of the page, and presses nothing. */
export function hashOf({ action, notification }: Pick<NotificationEvent, 'action' | 'notification'>): string {
  const hash = String(notification.data)
  return action === 'approve' || action === 'deny' ? `${hash}&choice=${action}` : hash
}

/** Shows notices and follows clicks on them. */
export function showNotices(scope: WorkerScope): void {
  const open = async (hash: string): Promise<void> => {
    const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
    const studio = pages.filter(({ url }) => new URL(url).pathname === '/')
    const found = studio.find(({ focused }) => focused) ?? studio[0]
    if (found === undefined) return void (await scope.clients.openWindow(`/${hash}`))
    found.postMessage({ type: 'salp:open', hash } satisfies OpenMessage)
    await found.focus()
  }
  /** The browser changed the address of this device: the node is told the new one. */
  const renew = async ({ oldSubscription, newSubscription }: SubscriptionChangeEvent): Promise<void> => {
    const { applicationServerKey } = oldSubscription?.options ?? {}
    if (!oldSubscription || !applicationServerKey) return
    const fresh =
      newSubscription ??
      (await scope.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }))
    const { endpoint, keys } = fresh.toJSON()
    const order = { endpoint, keys, replaces: oldSubscription.endpoint }
    const headers = { 'content-type': 'application/json' }
    await scope.fetch('/api/push/subscribe', { method: 'POST', headers, body: JSON.stringify(order) })
  }

  scope.addEventListener('push', (event) => {
    const { title, body, tag, hash, decides } = readNotice(event.data?.text() ?? '')
    const actions = decides
      ? [
          { action: 'approve', title: 'Approve…' },
          { action: 'deny', title: 'Deny…' },
        ]
      : []
    const looks = { icon: '/icon-192.png', badge: '/badge-96.png' }
    event.waitUntil(scope.registration.showNotification(title, { body, tag, data: hash, actions, ...looks }))
  })
  scope.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(open(hashOf(event)))
  })
  scope.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)))
}
