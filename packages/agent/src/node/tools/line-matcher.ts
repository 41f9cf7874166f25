/** Runs a regular expression over lines where it can be stopped, because some never end. */

import { Worker } from 'node:worker_threads'
import { ToolError } from '../../tool.js'

/** A pattern that is matched away from the event loop. */
export interface LineMatcher {
  /** Indexes of the lines that match, at most `limit`. */
  match(lines: readonly string[], limit: number): Promise<number[]>
  close(): Promise<void>
}

const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  const pattern = new RegExp(workerData, 'u')
  parentPort.on('message', ({ lines, limit }) => {
    const found = []
    for (let index = 0; index < lines.length && found.length < limit; index++) {
      if (pattern.test(lines[index])) found.push(index)
    }
    parentPort.postMessage(found)
  })
`

/**
 * Creates a matcher for a regular expression (with the `u` flag).
 *
 * @param timeoutMs - Longest time for one `match`.
 * @throws {@link ToolError} (`invalid`) if the pattern is malformed.
 */
export function createLineMatcher(
  pattern: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): LineMatcher {
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    throw new ToolError(
      `Cannot search for /${pattern}/: ${error instanceof Error ? error.message : 'it is malformed'}`,
      {
        kind: 'invalid',
        hint: 'Escape special characters, or leave "regex" out to search for plain text',
      },
    )
  }
  const worker = new Worker(program, {
    eval: true,
    workerData: pattern,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  })
  worker.unref()
  const close = async (): Promise<void> => void (await worker.terminate())
  return {
    close,
    match: (lines, limit) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
          worker.off('error', fail)
          worker.off('message', done)
        }
        const fail = (error: unknown): void => {
          settle()
          void close()
          reject(error)
        }
        const done = (found: number[]): void => {
          settle()
          resolve(found)
        }
        const abort = (): void => fail(signal.reason)
        const tooSlow = (): void =>
          fail(
            new ToolError(`Cannot search for /${pattern}/: it takes too long`, {
              kind: 'invalid',
              hint: 'Use a simpler pattern without nested repetition',
            }),
          )
        const timer = setTimeout(tooSlow, timeoutMs)
        if (signal.aborted) return abort()
        signal.addEventListener('abort', abort, { once: true })
        worker.once('error', fail)
        worker.once('message', done)
        worker.postMessage({ lines, limit })
      }),
  }
}
