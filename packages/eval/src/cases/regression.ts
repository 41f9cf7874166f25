/** Whether an agent got worse, told apart from noise. */

import { bootstrapCi, type Interval, type Rng, signFlipTest, wilson } from '@salp/core'
import { benjaminiHochberg } from '../statistics/correction.js'
import { fisherTest } from '../statistics/exact.js'
import { leastDifference } from '../statistics/power.js'
import { type Category, categories } from './case.js'
import type { CaseResult } from './suite-history.js'

/** A case before and now. */
export interface CaseChange {
  readonly case: string
  readonly before: { readonly successes: number; readonly trials: number }
  readonly now: { readonly successes: number; readonly trials: number }
  /** Fisher's exact p, adjusted by Benjamini and Hochberg over all cases. */
  readonly p: number
}

/** What was found. */
export interface Regression {
  readonly verdict: 'worse' | 'better' | 'same'
  /** Cases that both have. */
  readonly cases: number
  /** Change of the share that passes, averaged over cases, with its bootstrap interval over cases. */
  readonly change: Interval
  /** Of no change, by flipping the signs of cases. */
  readonly p: number
  /** Cases that changed beyond noise, the most certain first. */
  readonly changed: readonly CaseChange[]
  /** The least change that so many cases would show with 80 % power; none if they never would. What is less may be there unseen. */
  readonly detectable: number | undefined
}

/**
 * Compares results now with those of before, of which there may be several runs: the more, the better noise is known.
 *
 * One failure more is no regression: the verdict is by the change over all cases at `alpha`, and single cases are named only where
 * their counts differ beyond chance, corrected for their number. It takes several repeats for a single case to be named.
 *
 * @throws RangeError if no case was tried in both.
 */
export function detectRegression(
  before: readonly CaseResult[],
  now: readonly CaseResult[],
  { rng, alpha = 0.05 }: { readonly rng: Rng; readonly alpha?: number | undefined },
): Regression {
  const [past, present] = [countsOf(before), countsOf(now)]
  const both = [...present].flatMap(([name, counts]) => {
    const earlier = past.get(name)
    return earlier === undefined ? [] : [{ case: name, before: earlier, now: counts }]
  })
  if (both.length === 0) throw new RangeError('Cannot compare runs: no case was tried in both')
  const rate = ({ successes, trials }: { successes: number; trials: number }): number => successes / trials
  const differences = both.map((found) => rate(found.now) - rate(found.before))
  const change = bootstrapCi(differences, { rng: rng.fork('bootstrap') })
  const p = signFlipTest(differences, { rng: rng.fork('flips') })
  const pValues = benjaminiHochberg(both.map((found) => fisherTest(found.now, found.before)))
  const changed = both
    .map((found, index): CaseChange => ({ ...found, p: pValues[index] ?? 1 }))
    .filter((found) => found.p <= alpha)
    .sort((a, b) => a.p - b.p || (a.case < b.case ? -1 : 1))
  const certain = p <= alpha || changed.length > 0
  const direction =
    p <= alpha ? change.estimate : changed.reduce((sum, found) => sum + rate(found.now) - rate(found.before), 0)
  const verdict = !certain || direction === 0 ? 'same' : direction < 0 ? 'worse' : 'better'
  const discordant = Math.max(1, differences.filter((difference) => difference !== 0).length) / differences.length
  const detectable = leastDifference(both.length, discordant, { alpha })
  return { verdict, cases: both.length, change, p, changed, detectable }
}

function countsOf(results: readonly CaseResult[]): Map<string, { successes: number; trials: number }> {
  const counts = new Map<string, { successes: number; trials: number }>()
  for (const { case: name, status } of results) {
    if (status === 'unavailable') continue
    const found = counts.get(name) ?? { successes: 0, trials: 0 }
    found.trials++
    if (status === 'passed') found.successes++
    counts.set(name, found)
  }
  return counts
}

/** What a command prints, and whether it should fail. */
export interface SuiteReport {
  readonly text: string
  readonly ok: boolean
}

/**
 * Writes the results of a run for a terminal: by category, what failed, and the change since before.
 *
 * @param least - Share of trials that has to pass where there is nothing to compare with. Range [0, 1].
 */
export function reportSuite(
  results: readonly CaseResult[],
  { least, regression }: { readonly least: number; readonly regression?: Regression | undefined },
): SuiteReport {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
  const rateOf = (own: readonly CaseResult[]): Interval => {
    const tried = own.filter(({ status }) => status !== 'unavailable')
    return wilson(tried.filter(({ status }) => status === 'passed').length, tried.length)
  }
  const line = (name: string, own: readonly CaseResult[]): string => {
    const { estimate, low, high } = rateOf(own)
    const away = own.filter(({ status }) => status === 'unavailable').length
    const rate = Number.isNaN(estimate) ? 'not tried' : `${percent(estimate)} (${percent(low)} to ${percent(high)})`
    return `${name.padEnd(16)} ${String(own.length).padStart(4)}  ${rate}${away === 0 ? '' : `, ${away} unavailable`}`
  }
  const names = Object.keys(categories) as Category[]
  const lines = names.flatMap((name) => {
    const own = results.filter(({ category }) => category === name)
    return own.length === 0 ? [] : [line(name, own)]
  })
  lines.push(line('all', results))
  for (const { case: name, repeat, status, reason } of results)
    if (status !== 'passed') lines.push(`${status} ${name} #${repeat + 1}: ${reason}`)
  if (regression !== undefined) {
    const { verdict, cases, change, p, changed, detectable } = regression
    lines.push(
      `Against before: ${verdict}. ${percent(change.estimate)} over ${cases} cases (${percent(change.low)} to ${percent(change.high)}), p ${p.toFixed(3)}; ` +
        (detectable === undefined
          ? 'no change would show with so few cases'
          : `a change of ${percent(detectable)} would show`),
    )
    for (const found of changed)
      lines.push(
        `${found.case}: ${found.before.successes} of ${found.before.trials} before, ${found.now.successes} of ${found.now.trials} now`,
      )
  }
  const { estimate } = rateOf(results)
  return { text: lines.join('\n'), ok: regression === undefined ? estimate >= least : regression.verdict !== 'worse' }
}
