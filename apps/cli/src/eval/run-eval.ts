/** A run of property cases against a real agent. */

import { createRng } from '@salp/core'
import { type CaseResult, type EvalCase, runSuite, type SuiteHistory } from '@salp/eval'
import { loadCases } from '@salp/eval/node'
import { UsageError } from '../cli-errors.js'
import { type Invocation, note } from '../invocation.js'
import { modelOf, nodeSubject, trialNodes } from './node-subject.js'
import { nextSuiteId } from './suite-runs.js'

/** What a run is asked for. */
export interface EvalRequest {
  /** Folder of the cases. */
  readonly cases: string
  /** Ids or categories. @defaultValue all */
  readonly only: readonly string[] | undefined
  /** Cases at most, drawn from those. @defaultValue all */
  readonly limit: number | undefined
  /** How often each is tried. */
  readonly repeats: number
  /** Whether rules answer, whatever model there is. */
  readonly reflex: boolean
  /** `PATH=VALUE` */
  readonly settings: readonly string[]
}

/**
 * Tries cases, each with an agent of its own, or goes on with a run of the same that was cut off.
 *
 * @returns The id of the run, and its results.
 * @throws {@link UsageError} (`cli/usage`) if there is nothing to try.
 * @throws The signal's reason if it aborts.
 */
export async function runEval(
  invocation: Invocation,
  history: SuiteHistory,
  request: EvalRequest,
): Promise<{ readonly id: string; readonly results: readonly CaseResult[] }> {
  const { io, home, json, signal, statusLine } = invocation
  const { repeats, reflex, settings } = request
  const cases = pick(await loadCases(request.cases), request)
  const { deps, options } = trialNodes({ io, home }, { reflex, settings })
  try {
    statusLine.show('Starting a node for each case')
    const name = [`salp ${io.version}`, await modelOf(deps, options, signal), ...settings].join(', ')
    const plan = cases.map((found) => found.id)
    const cutOff = history
      .runs({ subject: name })
      .find(
        (run) =>
          run.endedAt === undefined && run.repeats === repeats && JSON.stringify(run.plan) === JSON.stringify(plan),
      )
    const id = cutOff?.id ?? nextSuiteId(history)
    if (cutOff !== undefined) note(invocation, `Going on with run ${id}, which was cut off`)
    const trials = plan.length * repeats
    const results = await runSuite(
      {
        ...{ subject: nodeSubject(deps, name, options), history, clock: io.clock },
        events: {
          publish: (event, told) => {
            if (event !== 'suite:tried' || !('status' in told) || json) return
            const { recorded, case: found, status } = told
            note(invocation, `${String(recorded).padStart(4)} of ${trials}  ${marks[status]} ${found}`)
          },
        },
      },
      { run: id, cases, repeats, signal },
    )
    return { id, results }
  } finally {
    statusLine.clear()
  }
}

const marks = { passed: '✓', failed: '✗', unavailable: '–' } as const

/** Those that are asked for; of more than the limit a sample that is the same each time. */
function pick(all: readonly EvalCase[], { only, limit }: EvalRequest): EvalCase[] {
  const known = new Set(all.flatMap(({ id, category }): string[] => [id, category]))
  const stranger = only?.find((name) => !known.has(name))
  if (stranger !== undefined) throw new UsageError(`There is neither a case nor a category "${stranger}"`)
  const fitting = all.filter(({ id, category }) => only === undefined || only.includes(id) || only.includes(category))
  const rng = createRng('cases')
  const drawn = fitting
    .map(({ id }) => ({ id, key: rng.fork(id)() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, limit)
  const chosen = new Set(drawn.map(({ id }) => id))
  const picked = fitting.filter(({ id }) => chosen.has(id))
  if (picked.length === 0) throw new UsageError('Cannot run cases: there are none in that folder')
  return picked
}
