/** Earlier solutions that may help with a problem, found by the words they share. */

import type { Problem, ProblemView } from '../problems/problem.js'

/** A problem of the training half, and a program that passed its tests. */
export interface EarlierSolution {
  readonly problem: Pick<Problem, 'id' | 'split' | 'title' | 'statement' | 'signature'>
  readonly source: string
}

/** Finds solutions, the likeliest to help first. */
export type FindEarlier = (problem: ProblemView, limit: number) => readonly EarlierSolution[]

/** Saturation of a word's count, and how much the length of a text counts, as is usual. */
const [k1, b] = [1.2, 0.75]

/**
 * Indexes earlier solutions by the words of their problems: names, types, titles and statements, ranked by Okapi's BM25.
 *
 * A problem's own solution is never given for it, nor one without a word in common.
 *
 * @throws RangeError for a solution of a problem that is for measuring.
 * @see Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009).
 */
export function findEarlier(solutions: readonly EarlierSolution[]): FindEarlier {
  const heldOut = solutions.find(({ problem }) => problem.split !== 'train')
  if (heldOut !== undefined) throw new RangeError(`Cannot learn from "${heldOut.problem.id}": it is for measuring`)
  const texts = solutions.map(({ problem }) => countsOf(wordsOf(problem)))
  const lengths = texts.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0))
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length)
  const holders = new Map<string, number>()
  for (const word of texts.flatMap((counts) => [...counts.keys()])) holders.set(word, (holders.get(word) ?? 0) + 1)
  const rarity = (word: string): number => {
    const held = holders.get(word) ?? 0
    return Math.log(1 + (texts.length - held + 0.5) / (held + 0.5))
  }
  return (problem, limit) => {
    const asked = new Set(wordsOf(problem))
    return solutions
      .map((solution, index) => {
        const counts = texts[index] ?? new Map<string, number>()
        const length = (lengths[index] ?? 0) / meanLength
        let score = 0
        for (const word of asked) {
          const count = counts.get(word) ?? 0
          score += (rarity(word) * count * (k1 + 1)) / (count + k1 * (1 - b + b * length))
        }
        return { solution, score }
      })
      .filter(({ solution, score }) => score > 0 && solution.problem.id !== problem.id)
      .sort((x, y) => y.score - x.score || (x.solution.problem.id < y.solution.problem.id ? -1 : 1))
      .slice(0, limit)
      .map(({ solution }) => solution)
  }
}

function wordsOf({ title, statement, signature }: EarlierSolution['problem'] | ProblemView): string[] {
  const { name, parameters, returns } = signature
  const types = [...parameters.map(({ type }) => type), returns].map((type) => type.replace(/\s+/g, ''))
  const text = `${title} ${statement} ${name}`.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return [...(text.match(/[\p{L}\p{N}]{2,}/gu) ?? []), ...types]
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}
