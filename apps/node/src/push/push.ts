/** The way from a node to the devices of its people. */

import type { PushSender } from '@salp/agent'
import type { Clock, Logger } from '@salp/core'
import { createUpstream, systemResolve } from '@salp/gateway/node'
import type { Settings } from '../settings.js'
import { openVapidKeys } from './vapid.js'
import { createWebPush } from './web-push.js'

/** A sender with a lifetime. */
export interface OpenPushSender extends PushSender {
  /** Ends what is under way. */
  close(): void
}

/** Opens it, with keys in `folder` that are made once. */
export function openPushSender(
  { clock, log, folder }: { readonly clock: Clock; readonly log: Logger; readonly folder: string },
  { contact, allowHosts }: Settings['push'],
): OpenPushSender {
  const upstream = createUpstream({ clock, resolve: systemResolve }, { allowHosts })
  const sender = createWebPush({ keys: openVapidKeys(folder), upstream, log }, { contact, allowHosts })
  return { ...sender, close: upstream.close }
}
