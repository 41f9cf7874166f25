/** The gym's experiment, in a thread that can be ended at any moment. */

import { Worker } from 'node:worker_threads'
import type { GymReportOptions } from '@salp/cognition/gym'
import type { GymMessage } from './gym-worker.js'

const workerUrl = new URL('./gym-worker.js', import.meta.url)

/**
 * Runs the experiment.
 *
 * @returns The report, in Markdown.
 * @throws The signal's reason if it aborts.
 */
export async function runGym(
  options: Omit<GymReportOptions, 'onStep'>,
  { signal, onStep }: { readonly signal: AbortSignal; onStep(step: string): void },
): Promise<string> {
  signal.throwIfAborted()
  const worker = new Worker(workerUrl, { workerData: options })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  worker.on('message', (message: GymMessage) => {
    if (message.type === 'step') onStep(message.step)
    else resolve(message.report)
  })
  worker.once('error', reject)
  worker.once('exit', () => reject(new RangeError('Cannot finish the experiment: its thread ended')))
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
