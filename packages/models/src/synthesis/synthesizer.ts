/** Finds programs for examples, without a language model. */

import type { Clock } from '@salp/core'
import { type Guide, unlearnedGuide } from './guide/guide.js'
import type { Expression } from './language/expression.js'
import { type Fragment, fragmentsByName } from './language/fragment.js'
import { printProgram } from './language/print.js'
import type { Signature } from './language/types.js'
import type { Example } from './search/constants.js'
import { Search } from './search/search.js'

/** What is asked: a function with this signature that agrees with the examples. */
export interface SynthesisTask {
  readonly signature: Signature
  /** Three to six that differ tell most. At least one. */
  readonly examples: readonly Example[]
}

/** How a synthesizer searches. */
export interface SynthesizerOptions {
  /** Candidate evaluations at most, parts of programs counted too. @defaultValue `200_000` */
  readonly budget?: number | undefined
  /** Primitives that were learnt. @defaultValue none */
  readonly library?: readonly Fragment[] | undefined
  /** @defaultValue {@link unlearnedGuide} */
  readonly guide?: Guide | ((task: SynthesisTask) => Guide) | undefined
}

/** What came of a search. */
export type Synthesis =
  | {
      readonly status: 'found'
      readonly program: Expression
      /** A module of strict TypeScript that exports the function. */
      readonly source: string
      /** −ln of the program's probability under the guide, in nats: the less, the better it is to be trusted. */
      readonly cost: number
      readonly candidates: number
      readonly ms: number
    }
  | { readonly status: 'exhausted'; readonly candidates: number; readonly ms: number }

/** How far a search is. */
export interface SynthesisProgress {
  readonly candidates: number
  readonly budget: number
  /** The cheapest program so far that fits the examples. */
  readonly source: string | undefined
}

/** How one search is watched and stopped. */
export interface SolveOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: SynthesisProgress) => void) | undefined
}

/** Finds programs. */
export interface Synthesizer {
  /**
   * Searches for the likeliest program that agrees with all examples.
   *
   * The result depends on the task, the budget, the library and the guide alone. It fits the examples, and may still be wrong
   * elsewhere. The thread is given up some thirty times a second; `createSynthesizerThread` of `/synthesis/node` leaves it free.
   *
   * @throws {@link ExampleError} (`models/example`) if an example does not fit the signature.
   * @throws RangeError if there are no examples.
   * @throws The signal's reason if it aborts.
   */
  solve(task: SynthesisTask, options?: SolveOptions): Promise<Synthesis>
}

/** How long a search runs before others have their turn, in ms. */
const sliceMs = 30

/** Creates a synthesizer. */
export function createSynthesizer(
  { clock }: { readonly clock: Pick<Clock, 'monotonic' | 'sleep'> },
  options: SynthesizerOptions = {},
): Synthesizer {
  const { budget = 200_000, library = [], guide = unlearnedGuide } = options
  const fragments = fragmentsByName(library)
  return {
    async solve(task, { signal, onProgress } = {}) {
      signal?.throwIfAborted()
      if (task.examples.length === 0) throw new RangeError('Cannot search without examples: give one at least')
      const started = clock.monotonic()
      const search = new Search({
        ...task,
        library,
        budget,
        guide: typeof guide === 'function' ? guide(task) : guide,
      })
      const sourceOf = (): string | undefined =>
        search.found === undefined ? undefined : printProgram(search.found.program, task.signature, fragments)
      let turn = started
      for (const _ of search.run()) {
        if (clock.monotonic() - turn < sliceMs) continue
        onProgress?.({ candidates: search.candidates, budget, source: sourceOf() })
        await clock.sleep(0, { signal })
        turn = clock.monotonic()
      }
      const { found } = search
      const source = sourceOf()
      const spent = { candidates: search.candidates, ms: clock.monotonic() - started }
      if (found === undefined || source === undefined) return { status: 'exhausted', ...spent }
      return { status: 'found', ...found, source, ...spent }
    },
  }
}
