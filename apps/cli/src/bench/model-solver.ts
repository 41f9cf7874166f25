/** Solvers of the benchmark that ask a language model, one of them with the synthesizer at its side. */

import {
  bestOfSolver,
  type CodeModel,
  type ExampleSearch,
  findEarlier,
  modelSolver,
  type Problem,
  repairSolver,
  retrievalSolver,
  type Solver,
  sketchSolver,
} from '@salp/eval'
import type { ModelSolverName } from './solver-names.js'

/** Earlier solutions that are shown. */
const shownEarlier = 3

/** What solvers are made of. */
export interface ModelSolverParts {
  readonly model: CodeModel
  readonly problems: readonly Problem[]
  /** Programs that passed, by the ids of their problems. */
  readonly solutions: readonly { readonly problem: string; readonly source: string }[]
  /** Fills what a sketch leaves open. */
  readonly filler: ExampleSearch
}

/**
 * Creates the solver.
 *
 * @param tries - Repairs after the first answer, samples, or sketches.
 */
export function createModelSolver(
  name: ModelSolverName,
  { model, problems, solutions, filler }: ModelSolverParts,
  { tries }: { readonly tries: number },
): Solver {
  switch (name) {
    case 'model':
      return modelSolver(model)
    case 'repair':
      return repairSolver(model, { rounds: tries })
    case 'best-of-k':
      return bestOfSolver(model, { samples: tries })
    case 'retrieval': {
      const training = new Map(
        problems.filter(({ split }) => split === 'train').map((problem) => [problem.id, problem]),
      )
      const known = solutions.flatMap(({ problem: id, source }) => {
        const problem = training.get(id)
        return problem === undefined ? [] : [{ problem, source }]
      })
      return retrievalSolver(model, { earlier: findEarlier(known), shown: shownEarlier })
    }
    case 'hybrid':
      return sketchSolver(model, filler, { sketches: tries })
  }
}
