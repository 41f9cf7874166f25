/** A solver that goes by examples alone, such as a synthesizer. */

import type { Solver } from '../benchmark/solver.js'
import type { Data } from '../problems/data.js'
import type { Signature } from '../problems/problem.js'

/** A function that is wanted. */
export interface Wanted extends Signature {
  /** What it has to agree with. */
  readonly examples: readonly { readonly args: readonly Data[]; readonly returns: Data }[]
  /** What it is to do, in words. */
  readonly statement?: string | undefined
}

/** Finds programs for examples. */
export interface ExampleSearch {
  /** Names it in the history. */
  readonly name: string
  /**
   * Searches for functions that agree with the examples.
   *
   * @param options - `most`: so many at most.
   * @returns Modules of TypeScript that export the function, the likeliest first; none if there are none. And what was tried.
   */
  search(
    wanted: Wanted,
    options: {
      readonly most: number
      readonly signal: AbortSignal
      readonly onProgress?: ((progress: { readonly candidates: number }) => void) | undefined
    },
  ): Promise<{ readonly sources: readonly string[]; readonly candidates: number }>
}

/**
 * Creates a solver whose answers are the programs that fit the visible examples; of these, those that want an error are left out.
 *
 * What a search tried is booked on its last answer, since it is known at the end only.
 *
 * @param options - `onProgress`: told of the problem that is tried, and of the candidates so far.
 */
export function exampleSolver(
  { name, search }: ExampleSearch,
  { onProgress }: { readonly onProgress?: ((problem: string, candidates: number) => void) | undefined } = {},
): Solver {
  return {
    name,
    async solve({ id, signature, statement, examples }, { signal, budget: { attempts } }) {
      const { sources, candidates } = await search(
        { ...signature, statement, examples: examples.filter((one) => 'returns' in one) },
        { most: attempts, signal, onProgress: (progress) => onProgress?.(id, progress.candidates) },
      )
      return sources.map((source, index) => ({ source, ...(index === sources.length - 1 && { candidates }) }))
    },
  }
}
