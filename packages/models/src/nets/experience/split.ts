/** Which experience is learnt from, which chooses between checkpoints, and which only measures. */

import { hashText } from './hash-text.js'
import { type Experience, ExperienceError } from './record.js'

/** The three parts. */
export type Split = 'train' | 'validation' | 'test'

/** The part a group belongs to: always the same, 8, 1 and 1 of ten. */
export function splitOf(group: string): Split {
  const tenth = hashText(group) % 10
  return tenth < 8 ? 'train' : tenth === 8 ? 'validation' : 'test'
}

/** What must never be learnt from. */
export interface Benchmark {
  /** Whether a problem belongs to the half that learning code cannot reach. */
  isHeldOut(problem: string): boolean
  /** Texts nobody may see: hidden tests, and reference solutions of all problems. */
  readonly hidden: Iterable<string>
}

/** Words in a row that are no coincidence. */
const passageWords = 13

/** Keeps what is hidden out of what is learnt. */
export interface LeakGuard {
  /** @throws {@link ExperienceError} (`models/experience`) if the record is about a held-out problem, or quotes a hidden text. */
  check(record: Experience): void
}

/**
 * Creates a guard. A text quotes another if {@link passageWords} words in a row are the same, whatever stands between them,
 * or if a shorter hidden text is in it whole.
 */
export function createLeakGuard(benchmark: Benchmark): LeakGuard {
  const passages = new Set<string>()
  const short = new Set<string>()
  for (const text of benchmark.hidden) {
    const words = wordsOf(text)
    if (words.length >= passageWords) for (const passage of passagesOf(words, passageWords)) passages.add(passage)
    // Fewer than five words say nothing.
    else if (words.length >= 5) short.add(words.join(' '))
  }
  const quotes = (text: string): boolean => {
    const words = wordsOf(text)
    if (passagesOf(words, passageWords).some((passage) => passages.has(passage))) return true
    const all = ` ${words.join(' ')} `
    return [...short].some((passage) => all.includes(` ${passage} `))
  }
  return {
    check(record) {
      if (record.problem !== undefined && benchmark.isHeldOut(record.problem)) {
        throw new ExperienceError(`the problem "${record.problem}" is held out`)
      }
      if (textsOf(record).some(quotes)) throw new ExperienceError('it quotes what is hidden from learning')
    },
  }
}

/** Every text in a record, wherever it stands. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []
}

function passagesOf(words: readonly string[], length: number): string[] {
  return Array.from({ length: Math.max(0, words.length - length + 1) }, (_, at) =>
    words.slice(at, at + length).join(' '),
  )
}
