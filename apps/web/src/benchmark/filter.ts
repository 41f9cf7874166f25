/** Which problems to show. */

import type { ProblemSummary } from '../api/contracts.js'

/** How problems fared so far. */
export const problemStates = [
  { id: 'all', name: 'All' },
  { id: 'solved', name: 'Solved once at least' },
  { id: 'failed', name: 'Tried, never solved' },
  { id: 'stuck', name: 'Stuck' },
  { id: 'untried', name: 'Never tried' },
] as const

/** What is looked for. */
export interface ProblemFilter {
  /** In the title, the id or a tag. */
  readonly text: string
  readonly tier: number | undefined
  readonly state: (typeof problemStates)[number]['id']
}

/** Gives those that fit, in their order. */
export function filterProblems(
  problems: readonly ProblemSummary[],
  { text, tier, state }: ProblemFilter,
): ProblemSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits: Record<ProblemFilter['state'], (problem: ProblemSummary) => boolean> = {
    all: () => true,
    solved: ({ passed }) => passed > 0,
    failed: ({ tried, passed }) => tried > 0 && passed === 0,
    stuck: ({ stuck }) => stuck,
    untried: ({ tried }) => tried === 0,
  }
  return problems.filter((problem) => {
    const told = [problem.title, problem.id, ...problem.tags].join(' ').toLowerCase()
    return (
      (tier === undefined || problem.tier === tier) &&
      fits[state](problem) &&
      words.every((word) => told.includes(word))
    )
  })
}
