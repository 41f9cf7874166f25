/** The thread in which programs are searched for. */

import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@salp/core/node'
import { type LearntOptions, learntSynthesizer } from '../learn.js'
import type { SynthesizerState } from '../state.js'
import type { Synthesis, SynthesisProgress, SynthesisTask } from '../synthesizer.js'

/** What the thread is started with. */
export interface SynthesisThreadStart {
  readonly state: SynthesizerState
  readonly options: LearntOptions
}

/** What the thread is told. One search runs at a time. */
export type SynthesisRequest =
  | {
      readonly type: 'solve'
      readonly task: SynthesisTask
      readonly attempts: number | undefined
      readonly judged: boolean
    }
  | { readonly type: 'verdict'; readonly accepted: boolean }
  | { readonly type: 'stop' }

/** What the thread tells. */
export type SynthesisReply =
  | { readonly type: 'progress'; readonly progress: SynthesisProgress }
  | { readonly type: 'judge'; readonly source: string }
  | { readonly type: 'done'; readonly result: Synthesis }
  | { readonly type: 'failed'; readonly error: unknown }

const { state, options } = workerData as SynthesisThreadStart
const synthesizer = learntSynthesizer({ clock: systemClock }, state, options)
const say = (reply: SynthesisReply): void => parentPort?.postMessage(reply)

let stopping = new AbortController()
let verdict: PromiseWithResolvers<boolean> | undefined

parentPort?.on('message', (request: SynthesisRequest) => {
  if (request.type === 'stop') stopping.abort()
  else if (request.type === 'verdict') verdict?.resolve(request.accepted)
  else void solve(request)
})

async function solve({ task, attempts, judged }: Extract<SynthesisRequest, { type: 'solve' }>): Promise<void> {
  stopping = new AbortController()
  const { signal } = stopping
  try {
    const result = await synthesizer.solve(task, {
      ...{ signal, attempts, onProgress: (progress) => say({ type: 'progress', progress }) },
      accepts: judged
        ? (source) => {
            verdict = Promise.withResolvers<boolean>()
            signal.addEventListener('abort', () => verdict?.reject(signal.reason), { once: true })
            say({ type: 'judge', source })
            return verdict.promise
          }
        : undefined,
    })
    say({ type: 'done', result })
  } catch (error) {
    say({ type: 'failed', error })
  }
}
