/** One search at a time, watched and stopped. */

import { useEffect, useRef, useState } from 'react'
import type { SearchOrder, SearchOutcome, SearchProgress } from '../api/contracts.js'
import { describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'

/** Where a search stands. */
export type SearchState =
  | { readonly status: 'idle' | 'stopped' }
  | { readonly status: 'running'; readonly order: SearchOrder; readonly progress: SearchProgress | undefined }
  | { readonly status: 'ended'; readonly order: SearchOrder; readonly outcome: Exclude<SearchOutcome, Failed> }
  | { readonly status: 'failed'; readonly why: string }

type Failed = { readonly type: 'failed' }

/** A search, and how to begin and end it. It ends with the view. */
export function useSearch(): { state: SearchState; start: (order: SearchOrder) => void; stop: () => void } {
  const { api } = useStudio()
  const [state, setState] = useState<SearchState>({ status: 'idle' })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  async function search(order: SearchOrder, signal: AbortSignal): Promise<void> {
    const show = (next: SearchState): void => {
      if (!signal.aborted) setState(next)
    }
    show({ status: 'running', order, progress: undefined })
    try {
      const outcome = await api.search(order, {
        signal,
        onProgress: (progress) => show({ status: 'running', order, progress }),
      })
      if (outcome.type !== 'failed') show({ status: 'ended', order, outcome })
      else if (outcome.code === 'node/search-stopped') show({ status: 'stopped' })
      else show({ status: 'failed', why: outcome.message })
    } catch (error) {
      const { title, detail } = describeProblem(error)
      show({ status: 'failed', why: [title, detail].filter((part) => part !== '').join('. ') })
    }
  }

  return {
    state,
    start(order) {
      running.current?.abort()
      running.current = new AbortController()
      void search(order, running.current.signal)
    },
    stop() {
      running.current?.abort()
      setState({ status: 'stopped' })
    },
  }
}
