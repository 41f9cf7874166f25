/** Loads a value for a view, again whenever a key changes. */

import { useCallback, useEffect, useRef, useState } from 'react'

/** What a view shows: nothing yet, a value (perhaps older than the key), or why there is none. */
export interface Resource<Value> {
  readonly value: Value | undefined
  readonly error: unknown
  /** Whether an answer is on its way. */
  readonly loading: boolean
  /** Loads once more. */
  readonly reload: () => void
}

/**
 * Loads `value` now and whenever `key` changes, at most once per `everyMs`: the last value stays until the
 * next one is there, and an answer that is overtaken is dropped.
 */
export function useResource<Value>(
  load: (options: { signal: AbortSignal }) => Promise<Value>,
  key: string,
  everyMs = 0,
): Resource<Value> {
  const [state, setState] = useState<Omit<Resource<Value>, 'reload'>>({
    value: undefined,
    error: undefined,
    loading: true,
  })
  const [repeat, setRepeat] = useState(0)
  const latest = useRef(load)
  const loadedAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    latest.current = load
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` and `repeat` say when to load, they are not read
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const timer = setTimeout(
      () => {
        setState((before) => ({ ...before, loading: true }))
        latest.current({ signal }).then(
          (value) => {
            if (signal.aborted) return
            loadedAt.current = performance.now()
            setState({ value, error: undefined, loading: false })
          },
          (error: unknown) => signal.aborted || setState((before) => ({ ...before, error, loading: false })),
        )
      },
      Math.max(0, loadedAt.current + everyMs - performance.now()),
    )
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, repeat, everyMs])

  return { ...state, reload: useCallback(() => setRepeat((count) => count + 1), []) }
}
