/** Follows what the worker asks the page to show, and takes notifications back whose request was answered. */

import type { Live } from '../api/live.js'
import { activityHash } from './opened-hash.js'

/** What it follows. */
export interface FollowNoticesDeps {
  readonly live: Pick<Live, 'snapshot' | 'subscribe'>
  readonly container: ServiceWorkerContainer | undefined
}

/** Follows them as long as the page is there. */
export function followNotices({ live, container }: FollowNoticesDeps): void {
  if (!container) return
  container.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const hash = activityHash(data)
    if (hash !== undefined) location.hash = hash
  })
  let before: readonly string[] = []
  live.subscribe(() => {
    const { approvals, questions } = live.snapshot()
    const tags = [...approvals.map(({ id }) => `approval:${id}`), ...questions.map(({ id }) => `question:${id}`)]
    const gone = before.filter((tag) => !tags.includes(tag))
    before = tags
    if (gone.length > 0) void close(container, gone)
  })
}

async function close(container: ServiceWorkerContainer, tags: readonly string[]): Promise<void> {
  const registration = await container.getRegistration()
  for (const tag of tags) {
    for (const notification of (await registration?.getNotifications({ tag })) ?? []) notification.close()
  }
}
