/** Parses many files, in threads. */

import { Worker } from 'node:worker_threads'
import type { ParsedFile } from './parse-file.js'
import type { ParseRequest } from './parse-thread.js'

const fromSource = import.meta.url.endsWith('.ts')
const threadUrl = new URL(fromSource ? './parse-thread.ts' : './parse-thread.js', import.meta.url)

/** Node runs our sources with these; what was built needs none. */
const sourceFlags = (): string[] => [
  ...['--conditions=@salp/source', '--no-warnings', '--experimental-strip-types'],
  ...['--import', import.meta.resolve('@salp/presets/run-source')],
]

/** Files that a thread is given at once. */
const batch = 40

/** How it is done. */
export interface ParseFilesOptions {
  readonly threads: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads and parses files below `root`; the result is in no order.
 *
 * A thread that breaks down is replaced, and what it was at is skipped.
 *
 * @throws The signal's reason if it aborts.
 */
export async function parseFiles(
  { root, paths }: ParseRequest,
  { threads, signal }: ParseFilesOptions,
): Promise<ParsedFile[]> {
  signal?.throwIfAborted()
  const left = Array.from({ length: Math.ceil(paths.length / batch) }, (_, index) =>
    paths.slice(index * batch, (index + 1) * batch),
  )
  const done: ParsedFile[] = []
  const work = async (): Promise<void> => {
    let worker: Worker | undefined
    try {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        signal?.throwIfAborted()
        worker ??= new Worker(threadUrl, { execArgv: fromSource ? sourceFlags() : [] })
        const parsed = await ask(worker, { root, paths: next }, signal)
        if (parsed === undefined) {
          await worker.terminate()
          worker = undefined
        }
        done.push(
          ...(parsed ?? next.map((path) => ({ path, status: 'skipped', reason: 'not parsed', hash: '' }) as const)),
        )
      }
    } finally {
      await worker?.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, left.length) }, work))
  return done
}

/** What the thread answers; nothing if it ends instead. */
function ask(
  worker: Worker,
  request: ParseRequest,
  signal: AbortSignal | undefined,
): Promise<readonly ParsedFile[] | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', answered).off('error', ended).off('exit', ended)
      signal?.removeEventListener('abort', abort)
      then()
    }
    const answered = (parsed: readonly ParsedFile[]): void => settle(() => resolve(parsed))
    const ended = (): void => settle(() => resolve(undefined))
    const abort = (): void => settle(() => reject(signal?.reason))
    worker.once('message', answered).once('error', ended).once('exit', ended)
    signal?.addEventListener('abort', abort, { once: true })
    worker.postMessage(request)
  })
}
