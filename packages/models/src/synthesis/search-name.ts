/** Names of searches, by which histories tell them apart. */

/** How a synthesizer searches, as its name says. */
export interface SearchSettings {
  /** Names what it learnt from, by its first eight characters; none if it is untrained. */
  readonly lesson: string | undefined
  readonly budget: number
  readonly seed: number
  /** Answers to each problem. */
  readonly attempts: number
}

/** Names what a synthesizer knows: its lesson, or none. */
export function knowledgeName(lesson: string | undefined): string {
  return lesson === undefined ? 'synthesizer-untrained' : `synthesizer ${lesson.slice(0, 8)}`
}

/** Names a search. */
export function searchName({ lesson, budget, seed, attempts }: SearchSettings): string {
  return `${knowledgeName(lesson)}, budget ${budget}, seed ${seed}, answers ${attempts}`
}

/** Reads a name that {@link searchName} wrote; nothing for others. */
export function parseSearchName(name: string): SearchSettings | undefined {
  const match = /^synthesizer(?:-untrained| (\w+)), budget (\d+), seed (\d+), answers (\d+)$/.exec(name)
  if (match === null) return undefined
  const [, lesson, budget, seed, attempts] = match
  return { lesson, budget: Number(budget), seed: Number(seed), attempts: Number(attempts) }
}
