/** The near end of the threads that check and compile candidates. */

import { Worker } from 'node:worker_threads'
import type { Clock } from '@salp/core'
import type { CheckAnswer, CheckerMessage, CheckJob } from './checker-thread.js'

/** What became of a source: JavaScript, a complaint, or too much work for the checker. */
export type Checked = CheckAnswer | { readonly status: 'too-long' | 'too-large'; readonly message: string }

/** Checks sources in a thread. */
export interface Checker {
  /** Checks sources together; one that the thread does not survive is found, and the others are checked again. */
  check(job: CheckJob, options: { readonly signal?: AbortSignal | undefined }): Promise<Checked[]>
  close(): Promise<void>
}

/** What a batch gave before it ended. */
interface Attempt {
  readonly answers: ReadonlyMap<number, Checked>
  readonly lostBy: 'too-long' | 'too-large' | undefined
  /** The source that was being checked; none while all were read together. */
  readonly at: number | undefined
}

const fromSource = import.meta.url.endsWith('.ts')
const threadUrl = new URL(fromSource ? './checker-thread.ts' : './checker-thread.js', import.meta.url)

/** Heap of a thread in MB. */
const heapMb = 1_024

/** How long a thread may take to start, in ms. */
const startMs = 60_000

/**
 * Opens a thread, which starts when it is first needed; batches wait for one another.
 *
 * @param timeoutMs - For one source; reading all of a batch has as long.
 */
export function openChecker({ clock }: { clock: Pick<Clock, 'sleep'> }, { timeoutMs }: { timeoutMs: number }): Checker {
  let worker: Worker | undefined
  let closed = false

  const start = (): Worker => {
    const started = new Worker(threadUrl, {
      execArgv: fromSource ? ['--experimental-strip-types', '--no-warnings'] : [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      env: {},
    })
    started.unref()
    worker = started
    return started
  }

  const end = async (ending: Worker): Promise<void> => {
    if (worker === ending) worker = undefined
    await ending.terminate()
  }

  /** Answers so far, by index; and which source ended the thread, if one did. */
  const attempt = async (job: CheckJob, signal: AbortSignal | undefined): Promise<Attempt> => {
    signal?.throwIfAborted()
    if (closed) throw new RangeError('Cannot check: the checker is closed')
    const answers = new Map<number, Checked>()
    const ended = Promise.withResolvers<Attempt>()
    let at: number | undefined
    let watch = new AbortController()
    const limit = (ms: number): void => {
      watch.abort()
      watch = new AbortController()
      clock.sleep(ms, { signal: watch.signal }).then(
        () => ended.resolve({ answers, lostBy: 'too-long', at }),
        () => undefined,
      )
    }
    const hear = (said: CheckerMessage): void => {
      if (said.type === 'done') ended.resolve({ answers, lostBy: undefined, at: undefined })
      if (said.type === 'answered') answers.set(said.index, said.answer)
      if (said.type === 'began') at = said.index
      limit(timeoutMs)
    }
    const broke = (error: Error): void => {
      // The compiler failed on it, by its memory or by calls too deep within one another.
      const tooLarge = error instanceof RangeError || ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      if (tooLarge) ended.resolve({ answers, lostBy: 'too-large', at })
      else ended.reject(error)
    }
    const abort = (): void => ended.reject(signal?.reason)
    limit(worker === undefined ? startMs : timeoutMs)
    const running = worker ?? start()
    running.ref()
    running.on('message', hear).once('error', broke)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      running.postMessage(job)
      const outcome = await ended.promise
      if (outcome.lostBy !== undefined) await end(running)
      return outcome
    } catch (error) {
      await end(running)
      throw error
    } finally {
      watch.abort()
      signal?.removeEventListener('abort', abort)
      running.off('message', hear).off('error', broke)
      running.unref()
    }
  }

  const check: Checker['check'] = async ({ items, types }, { signal }) => {
    const answers: (Checked | undefined)[] = items.map(() => undefined)
    let alone = false
    for (;;) {
      const left = [...answers.keys()]
        .filter((index) => answers[index] === undefined)
        .slice(0, alone ? 1 : items.length)
      if (left.length === 0) break
      const {
        answers: found,
        lostBy,
        at,
      } = await attempt({ items: left.flatMap((index) => items[index] ?? []), types }, signal)
      for (const [position, answer] of found) answers[left[position] ?? -1] = answer
      if (lostBy === undefined) continue
      const guilty = left.length === 1 ? left[0] : left[at ?? -1]
      if (guilty === undefined) alone = true
      else {
        const message =
          lostBy === 'too-long'
            ? `Checking its types takes more than ${timeoutMs} ms`
            : 'Checking its types takes too much memory'
        answers[guilty] = { status: lostBy, message }
      }
    }
    return answers.flatMap((answer) => answer ?? [])
  }

  return {
    check,
    async close() {
      closed = true
      if (worker !== undefined) await end(worker)
    },
  }
}
