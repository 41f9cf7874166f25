/** This browser as a device that is told: what it can do, and its subscription. */

import type { PushOrder } from '@salp/agent'

/** Why this browser cannot be told; `undefined` if it can. */
export type PushObstacle = 'not-secure' | 'not-installed' | 'not-supported' | 'blocked' | undefined

/** What decides it. */
export interface PushSupport {
  readonly secure: boolean
  readonly push: boolean
  readonly permission: NotificationPermission | undefined
  /** iPhones and iPads tell only what stands on the home screen. */
  readonly apple: boolean
}

/** Says what stands in the way. */
export function obstacleOf({ secure, push, permission, apple }: PushSupport): PushObstacle {
  if (!secure) return 'not-secure'
  if (!push) return apple ? 'not-installed' : 'not-supported'
  return permission === 'denied' ? 'blocked' : undefined
}

/** What this browser says of itself. */
export function readSupport(): PushSupport {
  return {
    secure: isSecureContext,
    push: 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis,
    permission: 'Notification' in globalThis ? Notification.permission : undefined,
    apple: /iPhone|iPad/.test(navigator.userAgent),
  }
}

/** The subscription that this browser has, if it has one. */
export async function currentSubscription(): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration()
  return (await registration?.pushManager?.getSubscription()) ?? undefined
}

/** Subscribes this browser, asking its person. Rejects where the browser or its person refuses. */
export async function subscribe(publicKey: string): Promise<PushSubscription> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw new DOMException('Notifications are not allowed for this page', 'NotAllowedError')
  const { pushManager } = await navigator.serviceWorker.ready
  const before = await pushManager.getSubscription()
  // One that was made for other keys can be told nothing by this node.
  if (before !== null && keyOf(before) !== publicKey) await before.unsubscribe()
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
}

function keyOf({ options: { applicationServerKey } }: PushSubscription): string {
  const bytes = new Uint8Array(applicationServerKey ?? new ArrayBuffer())
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A subscription as the node takes it. */
export function orderOf(
  subscription: PushSubscription,
  { label, kinds }: Pick<PushOrder, 'label' | 'kinds'>,
): PushOrder {
  const { p256dh = '', auth = '' } = subscription.toJSON().keys ?? {}
  return { endpoint: subscription.endpoint, keys: { p256dh, auth }, label, kinds }
}

const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Mac OS X/, 'Mac'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
]
const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg/, 'Edge'],
  [/OPR/, 'Opera'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]

/** A name for a browser, such as `Chrome on Android`. */
export function nameOf(userAgent: string): string {
  const find = (names: readonly (readonly [RegExp, string])[]) => names.find(([sign]) => sign.test(userAgent))?.[1]
  const system = find(systems)
  const browser = find(browsers) ?? 'A browser'
  return system === undefined ? browser : `${browser} on ${system}`
}
