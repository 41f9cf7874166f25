/** A wait that ends early when there is reason to try again. */

/** Resolves after `ms`, when the network comes back, or when the page is looked at again. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    const finish = (settle: () => void) => () => {
      clearTimeout(timer)
      done.abort()
      settle()
    }
    const wake = finish(resolve)
    const timer = setTimeout(wake, ms)
    const options = { signal: done.signal }
    addEventListener('online', wake, options)
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(), options)
    signal.addEventListener(
      'abort',
      finish(() => reject(signal.reason)),
      options,
    )
  })
}
