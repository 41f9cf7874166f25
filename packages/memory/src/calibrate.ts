/** Whether vectors help on a user's own questions, by measurement. */

import type { Memory } from './memory.js'
import type { ReadOptions } from './recall.js'
import type { Tuning } from './tuning.js'

/** A question, and the records that answered it. */
export interface Judged {
  readonly text: string
  readonly ids: readonly string[]
}

/** How recall does with one weight of the vectors. */
export interface CalibrationRow {
  readonly weight: number
  /** Share of the answering records among the first five. Range [0, 1]. */
  readonly recallAt5: number
  /** Mean of one over the place of the first that answers. Range [0, 1]. */
  readonly reciprocalRank: number
}

/** What was measured, and what follows. */
export interface Calibration {
  readonly questions: number
  readonly rows: readonly CalibrationRow[]
  /** To create the memory with: `createMemory(deps, { tuning })`. */
  readonly tuning: Pick<Tuning, 'vectors' | 'likeness'>
}

/** Weights tried; what is not proven to help keeps to the tail with the second. */
const weights = [0, 0.2, 0.5, 1, 2]

/** Fewest questions whose figures say anything. */
const leastQuestions = 20

/**
 * Asks every question with each weight of the vectors, and proposes the one to use.
 *
 * A weight above 0.2 must answer more questions better than worse by a sign test at one in twenty; else vectors stay at the
 * tail (0.2), or off (0) if even that answers more questions worse than better. Vectors that are proven may also answer by
 * meaning alone: from the cosine on that 19 in 20 of the records that did not answer stay below.
 *
 * @param questions - What the user asked, with what turned out to answer it. At least 20.
 * @throws RangeError if there are fewer.
 */
export async function calibrate(
  memory: Memory,
  questions: readonly Judged[],
  read: ReadOptions = {},
): Promise<Calibration> {
  if (questions.length < leastQuestions)
    throw new RangeError(`Cannot calibrate on ${questions.length} questions: ask ${leastQuestions}`)
  const wrong: number[] = []
  const tried: { row: CalibrationRow; scores: readonly number[] }[] = []
  for (const weight of weights) {
    const found: { recall: number; rank: number }[] = []
    for (const { text, ids } of questions) {
      const { hits } = await memory.recall(text, { ...read, limit: 10, floor: 0, tuning: { vectors: weight } })
      const other = hits.filter(({ id }) => !ids.includes(id)).map(({ explanation }) => explanation.similarity ?? 0)
      if (weight === weights.at(-1)) wrong.push(Math.max(0, ...other))
      const places = hits.flatMap(({ id }, place) => (ids.includes(id) ? [place] : []))
      found.push({
        recall: places.filter((place) => place < 5).length / ids.length,
        rank: 1 / (1 + (places[0] ?? Infinity)),
      })
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const row = {
      weight,
      recallAt5: mean(found.map(({ recall }) => recall)),
      reciprocalRank: mean(found.map(({ rank }) => rank)),
    }
    tried.push({ row, scores: found.map(({ recall, rank }) => recall + rank) })
  }
  const without = tried[0]?.scores ?? []
  const judged = tried.map(({ row, scores }) => {
    const better = scores.filter((score, index) => score > (without[index] ?? 0)).length
    const worse = scores.filter((score, index) => score < (without[index] ?? 0)).length
    return { row, better, worse, gain: row.recallAt5 + row.reciprocalRank }
  })
  const proven = judged.filter(({ row, better, worse }) => row.weight > 0.2 && signTest(better, worse) < 0.05)
  const best = proven.sort((a, b) => b.gain - a.gain)[0]
  const tail = judged[1]
  const vectors = best?.row.weight ?? (tail !== undefined && tail.better >= tail.worse ? tail.row.weight : 0)
  const likeness = best === undefined ? 1 : (wrong.sort((a, b) => a - b)[Math.floor(0.95 * wrong.length)] ?? 1)
  return { questions: questions.length, rows: tried.map(({ row }) => row), tuning: { vectors, likeness } }
}

/** Chance that as many of `better + worse` fair coins show heads. */
function signTest(better: number, worse: number): number {
  const total = better + worse
  let chance = 0
  let ways = 1
  for (let heads = 0; heads <= total; heads++) {
    if (heads >= better) chance += ways
    ways = (ways * (total - heads)) / (heads + 1)
  }
  return total === 0 ? 1 : chance / 2 ** total
}
