/** Runs of cases on disk, and what they are held against. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createRng } from '@salp/core'
import {
  type CaseResult,
  type Category,
  categories,
  detectRegression,
  openSuiteHistory,
  type Regression,
  type SuiteHistory,
  type SuiteRun,
} from '@salp/eval'
import { z } from 'zod'
import { UsageError } from '../cli-errors.js'
import type { HomePaths } from '../client/home.js'
import { withMeasurements } from '../measurements.js'

/** Works with the runs of a home folder. */
export function withSuiteRuns<T>(home: HomePaths, work: (history: SuiteHistory) => T | Promise<T>): Promise<T> {
  return withMeasurements(home, (db) => work(openSuiteHistory(db)))
}

/** A run and what came of it. */
export interface ShownSuite {
  readonly run: SuiteRun
  readonly results: readonly CaseResult[]
}

/** Gives a run with its results. @throws {@link UsageError} (`cli/usage`) if there is none of that id. */
export function shownSuite(history: SuiteHistory, id: string): ShownSuite {
  const run = history.run(id)
  if (run === undefined) throw new UsageError(`There is no run "${id}": see salp eval history`)
  return { run, results: history.results(id) }
}

/** Gives the id of the next run: they are numbered from 1. */
export function nextSuiteId(history: SuiteHistory): string {
  const [newest] = history.runs({ limit: 1 })
  return String(Number(newest?.id ?? 0) + 1)
}

const category = z.enum(Object.keys(categories) as [Category, ...Category[]])

/** What `salp eval show --json` prints, as far as a comparison needs it. */
const baselineSchema = z.object({
  results: z.array(
    z.object({
      case: z.string(),
      category,
      repeat: z.int().min(0),
      status: z.enum(['passed', 'failed', 'unavailable']),
    }),
  ),
})

/** What a run is held against. */
export interface Baseline {
  readonly name: string
  readonly results: readonly CaseResult[]
}

/**
 * Finds what a run is held against: a run by its number, the newest whole one before it as `last`, or a file that
 * `salp eval show RUN --json` wrote, such as one kept with the code.
 *
 * @param before - A run that does not count as `last`.
 * @throws {@link UsageError} (`cli/usage`) if there is no such thing.
 */
export function findBaseline(
  history: SuiteHistory,
  asked: string,
  { folder, before }: { readonly folder: string; readonly before?: string | undefined },
): Baseline {
  const id = asked === 'last' ? history.runs().find((run) => run.endedAt !== undefined && run.id !== before)?.id : asked
  if (id === undefined) throw new UsageError('There is no whole run yet to hold this one against')
  const run = history.run(id)
  if (run !== undefined) return { name: `run ${id}`, results: history.results(id) }
  const file = resolve(folder, asked)
  if (!existsSync(file)) throw new UsageError(`There is neither a run nor a file "${asked}": see salp eval history`)
  const parsed = baselineSchema.safeParse(jsonOf(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new UsageError(`Cannot use "${asked}": it is nothing that salp eval show RUN --json wrote`)
  const empty = { reason: '', turns: [], durationMs: 0, recordedAt: 0 }
  return { name: asked, results: parsed.data.results.map((result) => ({ ...empty, ...result })) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Compares. The same results give the same. @throws {@link UsageError} (`cli/usage`) if they have no case in common. */
export function compareSuites(earlier: readonly CaseResult[], later: readonly CaseResult[]): Regression {
  const tried = new Set(earlier.flatMap((result) => (result.status === 'unavailable' ? [] : [result.case])))
  if (!later.some((result) => result.status !== 'unavailable' && tried.has(result.case)))
    throw new UsageError('Cannot compare: no case was tried in both')
  return detectRegression(earlier, later, { rng: createRng('suites') })
}
