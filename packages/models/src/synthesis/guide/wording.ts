/**
 * What the words of a task say about its program: a log-linear model over the productions, which starts from a lexicon and learns
 * from tasks that were solved.
 *
 * The nats that a production gains are the strength of the lexicon times what it hints, plus a weight for each word of the task and
 * the production. They multiply the probabilities of another guide.
 */

import type { Expression } from '../language/expression.js'
import type { Fragment } from '../language/fragment.js'
import type { Choice } from '../search/choices.js'
import { occurrencesIn } from './counts.js'
import { variableProductions } from './guide.js'
import { hintsOf } from './lexicon.js'
import { cuesOf, type Worded } from './words.js'

/** Weights in nats: plain data. */
export interface Wording {
  /** Strength of the lexicon. */
  readonly hint: number
  /** By word, then by production; the empty word is in every task. */
  readonly words: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Trusts the lexicon a little, and knows no words. */
export const unlearnedWording: Wording = { hint: 1.2, words: {} }

/** A task whose program is known, by the choices that it was made by. */
export interface WordedProgram {
  readonly task: Worded
  readonly choices: readonly Choice[]
}

/** How weights are learnt. */
export interface LearnWordingOptions {
  /** How strongly weights are drawn to 0: the inverse variance of what is expected of them. @defaultValue `4` */
  readonly shrink?: number | undefined
  /** @defaultValue `60` */
  readonly steps?: number | undefined
}

/** Tasks in which a word must be to have weights. */
const leastTasks = 2
/** Nats per step at most, before past gradients damp it. */
const rate = 0.1

/**
 * Learns the weights under which the programs are likeliest, by adaptive gradients over all choices at once.
 *
 * @see Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011).
 */
export function learnWording(
  programs: readonly WordedProgram[],
  library: readonly Fragment[],
  { shrink = 8, steps = 60 }: LearnWordingOptions = {},
): Wording {
  const read = programs.map(({ task, choices }) => ({ words: wordsOf(task), hints: allHints(task, library), choices }))
  const tasks = new Map<string, number>()
  for (const { words } of read) for (const word of words) tasks.set(word, (tasks.get(word) ?? 0) + 1)
  const words: Record<string, Record<string, number>> = {}
  const past: Record<string, Record<string, number>> = {}
  let [hint, pastHint] = [unlearnedWording.hint, 0]
  for (let step = 0; step < steps; step++) {
    const slopes: Record<string, Record<string, number>> = {}
    let slope = 0
    for (const { words: own, hints, choices } of read) {
      const missed = surplus(choices, sumOf({ hint, words }, own, hints))
      for (const [production, excess] of missed) slope += excess * (hints.get(production) ?? 0)
      for (const word of own) {
        if ((tasks.get(word) ?? 0) < leastTasks) continue
        slopes[word] ??= {}
        const row = slopes[word]
        for (const [production, excess] of missed) row[production] = (row[production] ?? 0) + excess
      }
    }
    pastHint += slope ** 2
    if (pastHint > 0) hint += (2 * rate * slope) / Math.sqrt(pastHint)
    for (const [word, row] of Object.entries(slopes)) {
      words[word] ??= {}
      past[word] ??= {}
      for (const [production, excess] of Object.entries(row)) {
        const weight = words[word][production] ?? 0
        const pull = excess - shrink * weight
        const squares = (past[word][production] ?? 0.01) + pull ** 2
        past[word][production] = squares
        words[word][production] = weight + (rate * pull) / Math.sqrt(squares)
      }
    }
  }
  return { hint, words: rounded(words) }
}

/** Nats that each production gains in a task. */
export function wordingNats(wording: Wording, task: Worded, library: readonly Fragment[]): ReadonlyMap<string, number> {
  return sumOf(wording, wordsOf(task), allHints(task, library))
}

/** The mean of what several have learnt. */
export function mergeWordings(all: readonly Wording[]): Wording | undefined {
  if (all.length === 0) return undefined
  const words: Record<string, Record<string, number>> = {}
  for (const wording of all) {
    for (const [word, row] of Object.entries(wording.words)) {
      words[word] ??= {}
      const sums = words[word]
      for (const [production, weight] of Object.entries(row))
        sums[production] = (sums[production] ?? 0) + weight / all.length
    }
  }
  return { hint: all.reduce((sum, { hint }) => sum + hint, 0) / all.length, words }
}

/** Single words; what two together say is too seldom seen to be learnt. */
function wordsOf(task: Worded): string[] {
  return ['', ...[...cuesOf(task)].filter((cue) => !cue.includes(' '))]
}

/** What the lexicon says of primitives, and of fragments by what they are made of. */
function allHints(task: Worded, library: readonly Fragment[]): ReadonlyMap<string, number> {
  const hints = new Map(hintsOf(cuesOf(task)))
  for (const { name, body } of library) {
    const parts = callsAndConstants(body)
    hints.set(name, parts.reduce((sum, part) => sum + (hints.get(part) ?? 0), 0) / Math.sqrt(parts.length))
  }
  return hints
}

function callsAndConstants(body: Expression): string[] {
  return occurrencesIn(body).flatMap(({ production }) => (variableProductions.has(production) ? [] : [production]))
}

function sumOf(
  { hint, words }: Wording,
  own: readonly string[],
  hints: ReadonlyMap<string, number>,
): Map<string, number> {
  const sums = new Map([...hints].map(([production, strength]) => [production, hint * strength]))
  for (const word of own) {
    for (const [production, weight] of Object.entries(words[word] ?? {}))
      sums.set(production, (sums.get(production) ?? 0) + weight)
  }
  return sums
}

/** How often each production was chosen, less how often it was expected to be. */
function surplus(choices: readonly Choice[], nats: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>()
  for (const { names, costs, chosen } of choices) {
    const weights = names.map((name, index) => Math.exp((nats.get(name) ?? 0) - (costs[index] ?? 0)))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const [index, name] of names.entries())
      found.set(name, (found.get(name) ?? 0) + Number(index === chosen) - (weights[index] ?? 0) / total)
  }
  return found
}

/** Weights that matter, to four places. */
function rounded(words: Wording['words']): Wording['words'] {
  return Object.fromEntries(
    Object.entries(words).map(([word, row]) => [
      word,
      Object.fromEntries(
        Object.entries(row).flatMap(([production, weight]) =>
          Math.abs(weight) < 0.01 ? [] : [[production, Math.round(weight * 1e4) / 1e4]],
        ),
      ),
    ]),
  )
}
