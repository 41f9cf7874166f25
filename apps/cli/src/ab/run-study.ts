/** A study on a real agent: its tasks are property cases, its factors settings. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SalpError } from '@salp/core'
import {
  type AbOutcome,
  type AbTask,
  checkJudge,
  type EvalCase,
  factorialCells,
  runAb,
  type SealedPlan,
  type Subject,
  tryCase,
} from '@salp/eval'
import { loadCases, openRecordLog } from '@salp/eval/node'
import { UsageError } from '../cli-errors.js'
import { nodeSubject, trialNodes } from '../eval/node-subject.js'
import { type Invocation, note } from '../invocation.js'

/** What a study is asked for. */
export interface StudyRequest {
  readonly sealed: SealedPlan
  /** File of the record; one that was cut off is gone on with. */
  readonly record: string
  /** Folder of the cases. */
  readonly cases: string
  readonly reflex: boolean
  /** `PATH=VALUE`, of all cells. */
  readonly settings: readonly string[]
}

/** The only judge there is: the properties of each case. */
const judge = checkJudge('properties')

/**
 * Runs a study to its end, or to the look that stops it.
 *
 * @throws {@link UsageError} (`cli/usage`) if the plan asks for what is not there, or the record is of another plan.
 * @throws The signal's reason if it aborts; the record stays.
 */
export async function runStudy(invocation: Invocation, request: StudyRequest): Promise<AbOutcome> {
  const { io, json, signal, statusLine } = invocation
  const { sealed, record } = request
  const { tasks, seeds, factors, aliases, judges } = sealed.plan
  const known = new Map((await loadCases(request.cases)).map((found) => [found.id, found]))
  const missing = tasks.find((id) => !known.has(id))
  if (missing !== undefined) throw new UsageError(`Cannot run the study: there is no case "${missing}"`)
  if (judges.length !== 1 || judges[0] !== judge.name)
    throw new UsageError(`Cannot run the study: its judge has to be "${judge.name}", which goes by those of each case`)
  await ofThisPlan(resolve(io.folder, record), sealed)

  const trials = tasks.length * seeds.length * (factorialCells(factors, aliases).length + 2)
  let tried = 0
  const subject = onCases(invocation, { ...request, known })
  const watched: Subject = {
    async run(task, cell, options) {
      statusLine.show(`${task.id}: ${Object.values(cell).join(', ')}`)
      const reply = await subject.run(task, cell, options)
      if (!json)
        note(invocation, `${String(++tried).padStart(4)} of at most ${trials}  ${reply.passed ? '✓' : '✗'} ${task.id}`)
      return reply
    },
  }
  const log = await openRecordLog(resolve(io.folder, record))
  try {
    return await runAb(
      { subject: watched, judges: [judge], log, clock: io.clock },
      { sealed, tasks: [...known.values()].map(taskOf), signal },
    )
  } finally {
    statusLine.clear()
    await log.close()
  }
}

/** An agent with the settings of a cell, in a node of its own for each case. */
function onCases(
  { io, home }: Invocation,
  { known, reflex, settings }: StudyRequest & { readonly known: ReadonlyMap<string, EvalCase> },
): Subject {
  return {
    async run({ id }, cell, { signal }) {
      const found = known.get(id)
      if (found === undefined) throw new RangeError(`Cannot try "${id}": there is no such case`)
      const ofCell = Object.entries(cell).map(([path, value]) => `${path}=${value}`)
      const { deps, options } = trialNodes({ io, home }, { reflex, settings: [...settings, ...ofCell] })
      const agent = nodeSubject(deps, 'study', options)
      const { status, reason, turns } = await tryCase(found, { subject: agent, clock: io.clock, repeat: 0, signal })
      if (status === 'unavailable') throw new SalpError('cli/case', `Cannot try "${id}": ${reason}`)
      const traces = turns.map(({ trace }) => trace)
      return {
        text: traces.at(-1)?.text ?? '',
        passed: status === 'passed',
        costUsd: traces.reduce((sum, { cost }) => sum + cost.costUsd, 0),
        latencyMs: traces.reduce((sum, { cost }) => sum + cost.durationMs, 0),
        calls: traces.reduce((sum, { calls }) => sum + calls.length, 0),
      }
    },
  }
}

function taskOf({ id, title, sessions }: EvalCase): AbTask {
  return {
    id,
    prompt: sessions
      .flat()
      .map(({ input }) => input)
      .join('\n'),
    rubric: title,
  }
}

/** @throws {@link UsageError} (`cli/usage`) if the record has another plan. */
async function ofThisPlan(record: string, { sha256 }: SealedPlan): Promise<void> {
  let text: string
  try {
    text = await readFile(record, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (text !== '' && !text.slice(0, text.indexOf('\n')).includes(`"sha256":"${sha256}"`))
    throw new UsageError(`Cannot run the study: the record in ${record} is of another plan`)
}
