/** Learns to rank from tasks of which more is known than a solver is shown. */

import type { Clock } from '@salp/core'
import type { Guide } from '../guide/guide.js'
import { type Fragment, fragmentsByName } from '../language/fragment.js'
import { runProgram } from '../language/program.js'
import type { Signature } from '../language/types.js'
import type { Example } from '../search/constants.js'
import { runSearch } from '../search/run-search.js'
import { Search } from '../search/search.js'
import { marksOf } from './marks.js'
import { learnRanker, type Ranker, type Ranking } from './ranker.js'

/** A task, and those of its examples that a solver would be shown. */
export interface RankedTask {
  readonly id: string
  readonly signature: Signature
  readonly statement?: string | undefined
  readonly examples: readonly Example[]
  readonly shown: readonly Example[]
}

/** What searches use that are as far along as those to be ranked later: learnt from other tasks. */
export interface Others {
  readonly library: readonly Fragment[]
  readonly guide: (task: RankedTask) => Guide
}

/** Tasks are parted so, and each part is searched with what was learnt from the others. */
const parts = 4

/**
 * Searches with the examples that a solver is shown, and learns to tell the programs that agree with all others from the rest.
 *
 * @param learnFromOthers - What is learnt from all tasks but some; given the ids of those.
 * @throws The signal's reason if it aborts.
 */
export async function learnRankerFromTasks(
  deps: { readonly clock: Pick<Clock, 'monotonic' | 'sleep'>; readonly signal?: AbortSignal | undefined },
  tasks: readonly RankedTask[],
  {
    learnFromOthers,
    budget,
    seed,
  }: {
    readonly learnFromOthers: (left: ReadonlySet<string>) => Others
    readonly budget: number
    readonly seed: number
  },
): Promise<Ranker> {
  const rankings: Ranking[] = []
  for (let part = 0; part < parts; part++) {
    const left = tasks.filter((_, index) => index % parts === part)
    const { library, guide } = learnFromOthers(new Set(left.map(({ id }) => id)))
    for (const task of left) {
      const { signature, statement, examples, shown } = task
      const asked = { signature, statement, examples: shown }
      const search = new Search({ ...asked, library, guide: guide({ ...task, examples: shown }), budget, seed })
      await runSearch(deps, search)
      const fragments = fragmentsByName(library)
      rankings.push({
        marks: marksOf(search.fitting, asked, { fragments, seed }),
        right: search.fitting.map(({ program }) =>
          examples.every(
            ({ args, returns }) =>
              JSON.stringify(runProgram(program, signature, args, library)) === JSON.stringify(returns),
          ),
        ),
      })
    }
  }
  return learnRanker(rankings)
}
