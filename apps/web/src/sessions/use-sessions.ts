/** The list of conversations: as the node has it, or as it was last seen while the node is away. */

import type { SessionSummary } from '@salp/agent'
import { useEffect, useState } from 'react'
import { describeProblem } from '../api/problem.js'
import { type Resource, useResource } from '../api/resource.js'
import { useOffline, useOutbox, useStudio } from '../api/studio.js'
import type { KeptList, WaitingMessage } from '../offline/kept.js'

/** The list. */
export interface SessionsView extends Pick<Resource<unknown>, 'error' | 'reload'> {
  readonly value: readonly SessionSummary[] | undefined
  /** When it was seen, where it may be old; in ms since the epoch. */
  readonly readAt: number | undefined
}

/** Loads the list whenever `key` changes, and keeps it. */
export function useSessions(key: string): SessionsView {
  const { api, kept } = useStudio()
  const { value, error, reload } = useResource(api.sessions, key, 300)
  const [old, setOld] = useState<KeptList>()
  const waiting = useOutbox()
  const offline = useOffline()
  const away = error !== undefined && describeProblem(error).kind === 'offline'

  useEffect(() => {
    // Where the browser keeps nothing, there is nothing to read without the node.
    if (value) kept.keepList({ sessions: value.sessions, savedAt: Date.now() }).catch(() => undefined)
  }, [value, kept])
  useEffect(() => {
    if (!away || value) return
    kept.list().then(setOld, () => undefined)
  }, [away, value, kept])

  const listed = value?.sessions ?? (away ? old?.sessions : undefined)
  // Nobody knows whether something still works there.
  const known = offline || away ? listed?.map((session) => ({ ...session, active: false })) : listed
  return {
    ...{ error, reload },
    value: known || waiting.length > 0 ? [...begunOffline(known ?? [], waiting), ...(known ?? [])] : undefined,
    readAt: value || !away ? undefined : old?.savedAt,
  }
}

/** Conversations that the node has yet to hear of, as it would list them. */
export function begunOffline(
  known: readonly SessionSummary[],
  waiting: readonly WaitingMessage[],
): readonly SessionSummary[] {
  const unknown = waiting.filter(({ sessionId }) => !known.some(({ id }) => id === sessionId))
  return [...Map.groupBy(unknown, ({ sessionId }) => sessionId)]
    .flatMap(([id, [first]]) =>
      first === undefined
        ? []
        : {
            ...{ id, title: first.text.slice(0, 60), createdAt: first.writtenAt, updatedAt: first.writtenAt },
            ...{ messageCount: 0, active: false },
          },
    )
    .toReversed()
}
