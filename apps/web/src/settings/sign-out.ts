/** Signs this device out, as far as it can without the node. */

import type { Api } from '../api/client.js'
import { describeProblem } from '../api/problem.js'
import type { Kept } from '../offline/kept.js'
import { currentSubscription } from './push-device.js'

/** Forgets what is kept here, has the node forget this device, and takes the cookie back. @returns What did not succeed. */
export async function signOutHere({
  api,
  kept,
}: {
  readonly api: Pick<Api, 'signOut' | 'unsubscribePush'>
  readonly kept: Pick<Kept, 'clear'>
}): Promise<string[]> {
  const problems: string[] = []
  const attempt = async (what: string, action: () => Promise<unknown>): Promise<void> => {
    try {
      await action()
    } catch (error) {
      problems.push(`${what} (${describeProblem(error).title})`)
    }
  }
  await attempt('forget what is kept', () => kept.clear({ outbox: true }))
  sessionStorage.clear()
  await attempt('end the notifications', async () => {
    const subscription = await currentSubscription()
    if (subscription === undefined) return
    await api.unsubscribePush(subscription.endpoint)
    await subscription.unsubscribe()
  })
  await attempt('take the cookie back', api.signOut)
  return problems
}
