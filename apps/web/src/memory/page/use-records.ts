/** Records page by page, as far as the reader has come. */

import type { FoundRecord } from '@salp/agent'
import { useEffect, useRef, useState } from 'react'
import type { MemoryQuery } from '../../api/contracts.js'
import { useResource } from '../../api/resource.js'
import { useStudio } from '../../api/studio.js'

const pageSize = 60

/** What the list shows; `more` loads the next page, if there is one. */
export interface Records {
  readonly hits: readonly FoundRecord[] | undefined
  readonly error: unknown
  readonly loading: boolean
  readonly more: (() => void) | undefined
  readonly reload: () => void
}

/** Loads the first page now and whenever the query or `revision` changes, and others when asked. */
export function useRecords(query: MemoryQuery, revision: string): Records {
  const { api } = useStudio()
  const key = `${revision} ${JSON.stringify(query)}`
  const first = useResource((options) => api.memories({ limit: pageSize, ...query }, options), key)
  const [rest, setRest] = useState<{ of: unknown; hits: FoundRecord[]; next?: string | undefined; error?: unknown }>()
  const loading = useRef<AbortController>(undefined)
  const further = rest !== undefined && rest.of === first.value ? rest : undefined
  const next = further === undefined ? first.value?.next : further.next

  // biome-ignore lint/correctness/useExhaustiveDependencies: another first page makes an answer on its way useless
  useEffect(() => () => loading.current?.abort(), [first.value])

  function more(): void {
    if (next === undefined || (loading.current !== undefined && !loading.current.signal.aborted)) return
    const controller = new AbortController()
    loading.current = controller
    const of = first.value
    api
      .memories({ limit: pageSize, ...query, after: next }, { signal: controller.signal })
      .then(
        (page) => setRest({ of, hits: [...(further?.hits ?? []), ...page.hits], next: page.next }),
        (error: unknown) => {
          if (!controller.signal.aborted) setRest({ of, hits: further?.hits ?? [], next, error })
        },
      )
      .finally(() => controller.abort())
  }

  return {
    hits: first.value && [...first.value.hits, ...(further?.hits ?? [])],
    error: first.error ?? further?.error,
    loading: first.loading,
    more: next === undefined ? undefined : more,
    reload: first.reload,
  }
}
