/** What the nets learn from: every call of the agent, with what was known before it. */

import type { AgentEvent } from '@salp/agent'
import type { Logger } from '@salp/core'
import { type ErrorClass, type StepExperience, type StepKind, stepContext } from '@salp/models/nets'
import type { ExperienceLog } from '@salp/models/nets/node'

/** How the calls so far went. */
export interface Tally {
  readonly tries: Partial<Record<StepKind, number>>
  readonly worked: Partial<Record<StepKind, number>>
  readonly failuresInARow: number
  readonly lastMs: number
}

/** Before any call. */
export const untried: Tally = { tries: {}, worked: {}, failuresInARow: 0, lastMs: 0 }

/** Writes calls to the log that `salp models train` learns from; to be told of the events of every turn that ends. */
export function createStepKeeper({
  experience,
  log,
}: {
  readonly experience: Pick<ExperienceLog, 'add'>
  readonly log: Logger
}): (turn: readonly AgentEvent[]) => void {
  let tally = untried
  return (turn) => {
    const read = readSteps(turn, tally)
    tally = read.tally
    Promise.all(read.steps.map((step) => experience.add(step))).catch((error: unknown) =>
      log.warn('Steps could not be written for the nets to learn from', { error }),
    )
  }
}

/** Reads the calls of a turn as steps. Denied and cancelled calls say nothing of how a step goes. */
export function readSteps(
  events: readonly AgentEvent[],
  before: Tally,
): { readonly steps: readonly StepExperience[]; readonly tally: Tally } {
  const started = events.find((event) => event.name === 'turn:started')
  const inputs = new Map(
    events.flatMap((event) => (event.name === 'call:requested' ? [[event.data.callId, event.data.input]] : [])),
  )
  let tally = before
  const steps: StepExperience[] = []
  for (const event of events) {
    if (event.name !== 'call:finished') continue
    const { callId, tool, outcome, durationMs } = event.data
    if (outcome.status === 'error' && /^(?:denied|cancelled)$/.test(outcome.error.kind)) continue
    const input = inputs.get(callId)
    const kind = kindOf(tool, input)
    const error = errorOf(tool, outcome)
    const success = error === undefined
    const context = stepContext({
      ...rates(tally),
      consecutiveFailures: tally.failuresInARow,
      lastStepMs: tally.lastMs,
      inputBytes: JSON.stringify(input ?? null).length,
      hour: new Date(event.at).getHours(),
      goal: started?.data.input.slice(0, 200).toWellFormed() ?? '',
    })
    steps.push({
      ...{ type: 'step', at: event.at, origin: 'agent', group: event.turnId, kind, context, success, shown: {} },
      ...(error !== undefined && { error }),
    })
    tally = count(tally, { kind, success, durationMs })
  }
  return { steps, tally }
}

function kindOf(tool: string, input: unknown): StepKind {
  if (tool === 'read_file') return 'read'
  if (tool === 'search_files' || tool === 'recall') return 'search'
  if (tool === 'list_files') return 'list'
  if (/^(?:write|edit|patch)_file$/.test(tool)) return 'edit'
  if (tool !== 'run_command') return 'other'
  const command = typeof input === 'object' && input !== null && 'command' in input ? String(input.command) : ''
  if (/\bgit (?:commit|push|merge)\b/.test(command)) return 'commit'
  if (/\btsc\b|type-?check/.test(command)) return 'type-check'
  return /\btest\b|vitest|jest|pytest/.test(command) ? 'test-script' : 'shell'
}

/** Why a call failed, as far as it can be told; a command that ends with another code than 0 failed too. */
function errorOf(
  tool: string,
  outcome: Extract<AgentEvent, { name: 'call:finished' }>['data']['outcome'],
): ErrorClass | undefined {
  if (outcome.status === 'ok') {
    const { output, verification } = outcome
    if (verification?.passed === false) return 'unknown'
    const code = typeof output === 'object' && output !== null && 'exitCode' in output ? output.exitCode : 0
    return code === 0 ? undefined : 'shell'
  }
  const { kind, message } = outcome.error
  if (/no such (?:file|folder)/.test(message)) return 'file-not-found'
  if (/home folder|read-only|git's own/.test(message)) return 'protected-file'
  if (kind === 'invalid' || kind === 'unknown-tool') return 'malformed-reply'
  if (tool === 'fetch_url') return 'network'
  return tool === 'run_command' ? 'shell' : 'unknown'
}

function rates({ tries, worked }: Tally): {
  successRate?: number
  rates: Record<string, number>
  tries: Tally['tries']
} {
  const all = Object.values(tries).reduce((sum, each) => sum + each, 0)
  const good = Object.values(worked).reduce((sum, each) => sum + each, 0)
  const known = Object.entries(tries) as [StepKind, number][]
  return {
    ...(all > 0 && { successRate: good / all }),
    rates: Object.fromEntries(known.map(([kind, tried]) => [kind, (worked[kind] ?? 0) / tried])),
    tries,
  }
}

function count(
  { tries, worked, failuresInARow }: Tally,
  { kind, success, durationMs }: { kind: StepKind; success: boolean; durationMs: number },
): Tally {
  return {
    tries: { ...tries, [kind]: (tries[kind] ?? 0) + 1 },
    worked: success ? { ...worked, [kind]: (worked[kind] ?? 0) + 1 } : worked,
    failuresInARow: success ? 0 : failuresInARow + 1,
    lastMs: Math.max(0, durationMs),
  }
}
