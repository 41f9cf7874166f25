/** What the benchmark says, in words. */

import type { OutcomeView, RateView, RunSummary } from '../api/contracts.js'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'

/** How a problem came out: one letter, as the node tells it of a run that goes on. */
export type Letter = 'p' | 'f' | 'u' | '.'

/** What a {@link Letter} means. */
export const letterWords: Readonly<Record<Letter, string>> = {
  p: 'solved',
  f: 'failed',
  u: 'could not be tried',
  '.': 'not tried yet',
}

/** The letter of a sign in a text that the node sent. */
export function letterAt(letters: string, at: number): Letter {
  const sign = letters[at]
  return sign === 'p' || sign === 'f' || sign === 'u' ? sign : '.'
}

/** Letters of the problems of a plan. */
export function lettersOf(plan: readonly string[], outcomes: readonly OutcomeView[]): string {
  const known = new Map(outcomes.map((outcome) => [outcome.problem, letterOf(outcome)]))
  return plan.map((problem) => known.get(problem) ?? '.').join('')
}

/** How a problem came out. */
export function letterOf({ status, verdict }: Pick<OutcomeView, 'status' | 'verdict'>): Letter {
  if (status === 'unavailable') return 'u'
  return verdict === 'pass' ? 'p' : 'f'
}

/** `61.2 %`; a dash where nothing was judged. */
export function rateText({ estimate }: RateView): string {
  return estimate === null ? '–' : `${(100 * estimate).toFixed(1)} %`
}

/** `54.2 to 67.8 %`. */
export function intervalText({ low, high }: RateView): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`
}

/** `+3.1` points. */
export function pointsText(difference: number): string {
  return `${difference > 0 ? '+' : ''}${(100 * difference).toFixed(1)}`
}

/** A solver's name in short, and how it searched; a name of another form as it is. */
export function solverWords(name: string): { readonly who: string; readonly how: string } {
  const match = /^synthesizer(-untrained| \w+), budget (\d+), seed (\d+), answers (\d+)$/.exec(name)
  if (match === null) return { who: name, how: '' }
  const [, learnt = '', budget, seed, answers] = match
  const how = [
    `${Number(budget).toLocaleString('en')} candidates`,
    `seed ${seed}`,
    ...(answers === '1' ? [] : [`${answers} answers`]),
  ]
  return { who: learnt === '-untrained' ? 'Unlearned' : `Learnt ${learnt.trim()}`, how: how.join(', ') }
}

/** `24 s`, `2 min 5 s`: no finer than a guess is. */
export function leftText(ms: number): string {
  return ms < 59_000 ? `${Math.ceil(ms / 1_000)} s` : formatDuration(Math.ceil(ms / 1_000) * 1_000)
}

/** What a set of problems is: `Tiers 0 and 1, 209 problems`; the tiers of all are known once all were tried. */
export function setWords({
  planned,
  recorded,
  report: { tiers },
}: Pick<RunSummary, 'planned' | 'recorded' | 'report'>): string {
  if (recorded < planned) return plural(planned, 'problem')
  const numbers = tiers.map(({ tier }) => tier)
  const last = numbers.at(-1)
  const before = numbers.slice(0, -1).join(', ')
  const which = numbers.length === 1 ? `Tier ${last}` : `Tiers ${before} and ${last}`
  return `${which}, ${plural(planned, 'problem')}`
}

/** What came of a run so far, where it has not ended. */
export function cutOffWords({ recorded, planned }: Pick<RunSummary, 'recorded' | 'planned'>): string {
  return `Cut off at ${recorded} of ${planned}`
}

const verdicts: Readonly<Record<string, string>> = {
  pass: 'Solved',
  'test-failure': 'Wrong',
  'type-error': 'Does not compile',
  timeout: 'Took too long',
  crash: 'Broke',
}

/** What a verdict means; `undefined` stands for no answer. */
export function verdictWords(verdict: string | undefined): string {
  return verdict === undefined ? 'No answer' : (verdicts[verdict] ?? verdict)
}

/** `under 0.0001`, `0.0312`. */
export function probabilityText(p: number): string {
  return p < 0.0001 ? 'under 0.0001' : p.toFixed(4)
}
