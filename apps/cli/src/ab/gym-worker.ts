/** Runs the gym's experiment beside the terminal, which stays responsive. */

import { parentPort, workerData } from 'node:worker_threads'
import { type GymReportOptions, gymReport } from '@salp/cognition/gym'

/** What the worker tells: what it does now, then the report. */
export type GymMessage =
  | { readonly type: 'step'; readonly step: string }
  | { readonly type: 'done'; readonly report: string }

const tell = (message: GymMessage): void => parentPort?.postMessage(message)

const report = gymReport({ ...(workerData as GymReportOptions), onStep: (step) => tell({ type: 'step', step }) })
tell({ type: 'done', report })
