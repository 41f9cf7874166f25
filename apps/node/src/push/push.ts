/** Notifications of a node: to the devices of its people, by the push services of their browsers. */

import { createPush, type Push, type PushDeps } from '@salp/agent'
import { createUpstream, systemResolve } from '@salp/gateway/node'
import type { Settings } from '../settings.js'
import { openVapidKeys } from './vapid.js'
import { createWebPush } from './web-push.js'

/** What they ask of the node. */
export interface OpenPushDeps extends Omit<PushDeps, 'sender'> {
  /** Folder of keys, where theirs are made once. */
  readonly keystore: string
}

/** Opens them; nothing where everything stays on the machine. */
export function openPush(
  { keystore, ...deps }: OpenPushDeps,
  { agent: { name, airGap }, push: { contact, allowHosts } }: Pick<Settings, 'agent' | 'push'>,
): Push | undefined {
  if (airGap) return undefined
  const { clock, log } = deps
  const upstream = createUpstream({ clock, resolve: systemResolve }, { allowHosts })
  const sender = createWebPush({ keys: openVapidKeys(keystore), upstream, log }, { contact, allowHosts })
  const push = createPush({ ...deps, sender }, { name })
  return {
    ...push,
    async close() {
      await push.close()
      upstream.close()
    },
  }
}
