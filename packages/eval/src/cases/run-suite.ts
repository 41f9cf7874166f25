/** Runs cases against an agent, and keeps what came of them. */

import { type Clock, describeError, type Publisher } from '@salp/core'
import type { Judge } from '../ab/judge.js'
import { RunError } from '../benchmark/history.js'
import type { EvalCase } from './case.js'
import { checkProperty, type Held, type PropertyContext } from './property.js'
import type { CaseResult, CheckedTurn, SuiteHistory } from './suite-history.js'
import type { Trace } from './trace.js'

/** An agent made for one case: fresh, with the case's files in its workspace. */
export interface CaseAgent {
  /**
   * Does one turn.
   *
   * @param session - From 0. The same number goes on with the same conversation; another begins one, of the same agent.
   */
  turn(
    input: string,
    options: { readonly session: number; readonly decision: 'approve' | 'deny'; readonly signal: AbortSignal },
  ): Promise<Trace>
  close(): Promise<void>
}

/** What is tried. */
export interface CaseSubject {
  /** Names an agent, its version and its model in the history. */
  readonly name: string
  /** Makes an agent. @throws What keeps it from being tried: the case counts neither way. */
  open(found: EvalCase, options: { readonly repeat: number; readonly signal: AbortSignal }): Promise<CaseAgent>
}

/** What is told while cases run. */
export type SuiteEvents = {
  'suite:begun': { readonly run: string; readonly at: number; readonly trials: number; readonly recorded: number }
  'suite:tried': {
    readonly run: string
    readonly at: number
    readonly case: string
    readonly repeat: number
    readonly status: CaseResult['status']
    readonly recorded: number
  }
  'suite:ended': { readonly run: string; readonly at: number }
}

/** What a run of cases asks for. */
export interface SuiteDeps {
  readonly subject: CaseSubject
  readonly history: SuiteHistory
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly events: Publisher<SuiteEvents>
  readonly custom?: PropertyContext['custom']
  readonly judge?: Judge | undefined
}

/** How cases run. */
export interface SuiteOptions {
  /** Names the run; the id of one that was cut off goes on with that. */
  readonly run: string
  readonly cases: readonly EvalCase[]
  /** How often each case is tried; noise shows from 2 on. @defaultValue `1` */
  readonly repeats?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Tries a case once: it passes if all properties of all its turns hold. What keeps it from being tried, in the agent or in a judge,
 * makes it `unavailable`.
 *
 * @throws RangeError for a property that nothing can decide.
 * @throws The signal's reason if it aborts.
 */
export async function tryCase(
  found: EvalCase,
  {
    subject,
    clock,
    custom,
    judge,
    repeat,
    signal,
  }: Pick<SuiteDeps, 'subject' | 'clock' | 'custom' | 'judge'> & {
    readonly repeat: number
    readonly signal: AbortSignal
  },
): Promise<CaseResult> {
  const began = clock.monotonic()
  const turns: CheckedTurn[] = []
  const ended = (status: CaseResult['status'], reason = ''): CaseResult => ({
    case: found.id,
    category: found.category,
    repeat,
    status,
    reason,
    turns,
    durationMs: clock.monotonic() - began,
    recordedAt: clock.now(),
  })
  let agent: CaseAgent | undefined
  try {
    agent = await subject.open(found, { repeat, signal })
    for (const [session, said] of found.sessions.entries()) {
      for (const { input, decision, properties } of said) {
        signal.throwIfAborted()
        const trace = await agent.turn(input, { session, decision, signal })
        const held: Held[] = []
        for (const property of properties)
          held.push(await checkProperty(property, trace, { input, files: found.files, custom, judge, signal }))
        turns.push({ trace, held })
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof RangeError) throw error
    return ended('unavailable', describeError(error))
  } finally {
    await agent?.close()
  }
  const broken = turns.flatMap(({ held }) => held).find((property) => !property.held)
  return broken === undefined ? ended('passed') : ended('failed', broken.why)
}

/**
 * Runs cases, every one as often as asked, and records each as it ends.
 *
 * @returns All results of the run, earlier ones included.
 * @throws `RunError` (`eval/run`) if the run has ended, is of another subject, or planned a case that is not given.
 * @throws RangeError for a property that nothing can decide.
 * @throws The signal's reason if it aborts; what was recorded stays.
 */
export async function runSuite(
  deps: SuiteDeps,
  { run: id, cases, repeats = 1, signal = new AbortController().signal }: SuiteOptions,
): Promise<CaseResult[]> {
  const { subject, history, clock, events } = deps
  signal.throwIfAborted()
  const plan = cases.map((found) => found.id)
  const run = history.begin({ id, subject: subject.name, plan, repeats, begunAt: clock.now() })
  const known = new Map(cases.map((found) => [found.id, found]))
  const done = new Set(history.results(id).map((result) => `${result.case} ${result.repeat}`))
  let recorded = done.size
  events.publish('suite:begun', { run: id, at: clock.now(), trials: run.plan.length * run.repeats, recorded })

  for (let repeat = 0; repeat < run.repeats; repeat++) {
    for (const name of run.plan) {
      if (done.has(`${name} ${repeat}`)) continue
      signal.throwIfAborted()
      const found = known.get(name)
      if (found === undefined) throw new RunError(id, `the case "${name}", which it planned, is not given`)
      const result = await tryCase(found, { ...deps, repeat, signal })
      history.record(id, result)
      recorded++
      events.publish('suite:tried', {
        run: id,
        at: result.recordedAt,
        case: name,
        repeat,
        status: result.status,
        recorded,
      })
    }
  }
  history.end(id, clock.now())
  events.publish('suite:ended', { run: id, at: clock.now() })
  return history.results(id)
}
