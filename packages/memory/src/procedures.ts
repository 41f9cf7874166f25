/** What keeps working: runs of steps that successful episodes have in common. */

import { wilson } from '@salp/core'
import type { Outcome } from './sentiment.js'
import { stem } from './stem.js'
import { stopWords } from './stop-words.js'
import { fold, words } from './words.js'

/** One thing that was done: a tool, and what with, as far as it tells one use from another (`npm test`). */
export interface Step {
  readonly tool: string
  readonly detail?: string | undefined
}

/** An episode, as far as it shows how something is done. */
export interface Attempt {
  readonly id: string
  readonly summary: string
  readonly outcome: Outcome
  readonly steps: readonly Step[]
}

/** A run of steps, and the attempts that speak for and against it. */
export interface FoundProcedure {
  readonly steps: readonly Step[]
  /** What it is good for, in a few words of the attempts. Empty if they have none in common. */
  readonly purpose: string
  readonly supported: readonly string[]
  readonly contradicted: readonly string[]
}

/** Lengths of a run that is looked for, in steps. */
const shortest = 2
const longest = 8

/** Successful attempts with a run, at least, and the share of successes that its evidence must make likely. */
const leastSupport = 3
const leastAssurance = 0.3

/** Words of a purpose, at most. */
const purposeWords = 6

/**
 * Finds the runs of two to eight steps, one right after the other, that at least three successful attempts share and whose
 * attempts mostly succeed: the lower end of Wilson's 95 % interval of their success is 0.3 or more.
 *
 * A run inside a longer one with the same attempts is left out. Steady under the order of `attempts`.
 */
export function findProcedures(attempts: readonly Attempt[]): FoundProcedure[] {
  const runs = new Map<string, { steps: readonly Step[]; tried: Attempt[] }>()
  for (const attempt of attempts) {
    for (const steps of runsOf(attempt.steps)) {
      const key = JSON.stringify(steps.map(({ tool, detail = null }) => [tool, detail]))
      const known = runs.get(key)
      if (known === undefined) runs.set(key, { steps, tried: [attempt] })
      else if (known.tried.at(-1) !== attempt) known.tried.push(attempt)
    }
  }
  const kept = [...runs.values()].flatMap(({ steps, tried }) => {
    const supported = tried.filter(({ outcome }) => outcome === 'success')
    const contradicted = tried.filter(({ outcome }) => outcome === 'failure')
    if (supported.length < leastSupport) return []
    if (assurance(supported.length, contradicted.length) < leastAssurance) return []
    return [{ steps, supported, contradicted }]
  })
  const signature = ({ supported, contradicted }: (typeof kept)[number]): string =>
    [...supported, ...contradicted].map(({ id }) => id).join(' ')
  return kept
    .filter(
      (one) =>
        !kept.some(
          (other) =>
            other.steps.length > one.steps.length &&
            signature(other) === signature(one) &&
            contains(other.steps, one.steps),
        ),
    )
    .map(({ steps, supported, contradicted }) => ({
      steps,
      purpose: sharedWords(supported.map(({ summary }) => summary)),
      supported: supported.map(({ id }) => id),
      contradicted: contradicted.map(({ id }) => id),
    }))
    .sort((a, b) => b.supported.length - a.supported.length || b.steps.length - a.steps.length)
}

/** Lower end of Wilson's 95 % interval of the share of `supports` in all evidence. Range [0, 1); 0 without evidence. */
export function assurance(supports: number, contradicts: number): number {
  return supports === 0 ? 0 : wilson(supports, supports + contradicts).low
}

function runsOf(steps: readonly Step[]): Step[][] {
  const runs: Step[][] = []
  for (let length = shortest; length <= Math.min(longest, steps.length); length++) {
    for (let start = 0; start + length <= steps.length; start++) runs.push(steps.slice(start, start + length))
  }
  return runs
}

function contains(steps: readonly Step[], run: readonly Step[]): boolean {
  return steps.some((_, start) =>
    run.every(({ tool, detail }, index) => {
      const step = steps[start + index]
      return step?.tool === tool && step.detail === detail
    }),
  )
}

/** Words that more than half of the texts share, in the order of the first that has them. */
function sharedWords(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  const readings = texts.map((text) =>
    words(text)
      .map(fold)
      .filter((word) => !stopWords.has(word))
      .map((word) => ({ word, key: stem(word) })),
  )
  for (const reading of readings)
    for (const key of new Set(reading.map(({ key }) => key))) counts.set(key, (counts.get(key) ?? 0) + 1)
  const shared = new Map<string, string>()
  for (const { word, key } of readings.flat()) {
    if ((counts.get(key) ?? 0) * 2 > texts.length && !shared.has(key)) shared.set(key, word)
  }
  return [...shared.values()].slice(0, purposeWords).join(' ')
}
