/** What a verdict on a candidate is. */

import type { Data } from '../problems/data.js'
import type { Problem } from '../problems/problem.js'

/** A solution to one problem, as yet unproven. */
export interface Candidate {
  readonly problem: Problem
  /** TypeScript. */
  readonly source: string
}

/** A visible example that a candidate did not meet. */
export interface FailedExample {
  readonly args: readonly Data[]
  /** What was expected: JSON, or `an error`. */
  readonly expected: string
  /** What came instead: JSON, or a sentence. */
  readonly actual: string
}

/** What a candidate proved to be. */
export interface Verdict {
  /**
   * `type-error`: it does not compile under `strict`, or does not export what the signature says; `timeout`: it, or checking
   * its types, took too long; `crash`: it cannot be loaded, or brought its process down (memory, above all).
   */
  readonly status: 'pass' | 'type-error' | 'test-failure' | 'timeout' | 'crash'
  /** The compiler's first complaint, or why it crashed; empty where {@link FailedExample} says it. Tells nothing of hidden tests. */
  readonly message: string
  /** The first visible example that failed; none where only hidden tests did. */
  readonly example: FailedExample | undefined
}

/** How candidates are verified. */
export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined
  /** Told as each verdict falls, in any order. */
  readonly onVerdict?: ((index: number, verdict: Verdict) => void) | undefined
  /** `examples` leaves the hidden tests out: what a solver may know. @defaultValue `'all'` */
  readonly cases?: 'all' | 'examples' | undefined
  /** Whether types are checked; without, candidates are only compiled. @defaultValue `true` */
  readonly types?: boolean | undefined
}

/** Proves candidates right or wrong. */
export interface Verifier {
  /**
   * Verifies candidates, several at a time.
   *
   * @returns Verdicts in the order of the candidates.
   * @throws `BrokenReferenceError` (`eval/reference`) if a problem's own reference does not run on its generated arguments.
   * @throws The signal's reason if it aborts.
   */
  verify(candidates: readonly Candidate[], options?: VerifyOptions): Promise<Verdict[]>
  /** Ends its processes. May be called twice. */
  close(): Promise<void>
}
