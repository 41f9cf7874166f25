/** What the benchmark asks of whoever solves problems. */

import type { ProblemView } from '../problems/problem.js'
import type { Verdict } from '../verify/verifier.js'

/** What a solver may spend on one problem. */
export interface SolveBudget {
  /** Attempts that count; more are left out. Integer, range [1, ∞). */
  readonly attempts: number
  /** Programs that a search may try. Integer. */
  readonly candidates?: number | undefined
  readonly timeMs?: number | undefined
  readonly costUsd?: number | undefined
}

/** An answer, and what it cost beyond the one before. */
export interface Attempt {
  /** TypeScript that exports what the signature says. */
  readonly source: string
  readonly costUsd?: number | undefined
  /** Of a language model, in and out together. */
  readonly tokens?: number | undefined
  /** Programs that a search tried. */
  readonly candidates?: number | undefined
}

/** What a solver has at hand. */
export interface SolveOptions {
  readonly signal: AbortSignal
  readonly budget: SolveBudget
  /** Compiles a source and runs the visible examples, and nothing else, on it. */
  check(source: string): Promise<Verdict>
}

/** Solves problems; sees neither hidden tests nor references. */
export interface Solver {
  /** Names it in the history; another way of solving has another name. */
  readonly name: string
  /**
   * Tries to solve a problem.
   *
   * @returns Attempts, the first of which is its answer (pass@1). None if it has no answer.
   * @throws What keeps it from trying at all, such as a model that does not reply: such a problem is not counted.
   */
  solve(problem: ProblemView, options: SolveOptions): Promise<readonly Attempt[]>
}
