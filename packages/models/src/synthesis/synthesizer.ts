/** Finds programs for examples, without a language model. */

import type { Clock } from '@salp/core'
import { type Guide, unlearnedGuide } from './guide/guide.js'
import type { Expression } from './language/expression.js'
import { type Fragment, fragmentsByName } from './language/fragment.js'
import { printProgram } from './language/print.js'
import type { Signature } from './language/types.js'
import { encodeOrThrow, Values } from './language/values.js'
import { type Ranker, ranked } from './rank/ranker.js'
import type { Example } from './search/constants.js'
import { runSearch } from './search/run-search.js'
import { Search, type Solution } from './search/search.js'

/** What is asked: a function with this signature that agrees with the examples. */
export interface SynthesisTask {
  readonly signature: Signature
  /** Three to six that differ tell most. At least one. */
  readonly examples: readonly Example[]
  /** What is wanted, in English: its words guide the search, and numbers and signs that it names are tried as constants. */
  readonly statement?: string | undefined
}

/** How a synthesizer searches. */
export interface SynthesizerOptions {
  /** Candidate evaluations at most, parts of programs counted too. @defaultValue `200_000` */
  readonly budget?: number | undefined
  /** Primitives that were learnt. @defaultValue none */
  readonly library?: readonly Fragment[] | undefined
  /** @defaultValue {@link unlearnedGuide} */
  readonly guide?: Guide | ((task: SynthesisTask) => Guide) | undefined
  /** Orders the programs that fit once the budget is spent. @defaultValue the cheapest is taken, as soon as none can be cheaper */
  readonly ranker?: Ranker | undefined
  /** Of the inputs on which programs are told apart beside the examples. @defaultValue `0` */
  readonly seed?: number | undefined
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
      /** Programs that fit the examples and were refused: how much the examples leave open. */
      readonly refused: number
    }
  | { readonly status: 'exhausted'; readonly candidates: number; readonly ms: number; readonly refused: number }

/** How far a search is. */
export interface SynthesisProgress {
  readonly candidates: number
  readonly budget: number
  /** The cheapest program so far that fits the examples. */
  readonly source: string | undefined
}

/** How one search is judged, watched and stopped. */
export interface SolveOptions {
  /**
   * Whether a program that fits the examples is right, as a verifier with hidden tests knows. The search goes on behind one that
   * is refused, within the same budget. @defaultValue the first is taken
   */
  readonly accepts?: ((source: string) => boolean | Promise<boolean>) | undefined
  /** Programs that are offered at most. @defaultValue `200` */
  readonly attempts?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: SynthesisProgress) => void) | undefined
}

/** Finds programs. */
export interface Synthesizer {
  /**
   * Searches for the likeliest program that agrees with all examples.
   *
   * The result depends on the task, the budget, the seed, the library and the guide alone. It fits the examples, and may still be wrong
   * elsewhere. The thread is given up some thirty times a second; `createSynthesizerThread` of `/synthesis/node` leaves it free.
   *
   * @throws {@link ExampleError} (`models/example`) if an example does not fit the signature.
   * @throws RangeError if there are no examples.
   * @throws The signal's reason if it aborts.
   */
  solve(task: SynthesisTask, options?: SolveOptions): Promise<Synthesis>
}

/** Checks a task before a search for it. @throws What {@link Synthesizer.solve} throws for a task that makes no sense. */
export function checkTask({ signature: { parameters, returns }, examples }: SynthesisTask): void {
  if (examples.length === 0) throw new RangeError('Cannot search without examples: give one at least')
  const values = new Values()
  for (const [index, { args, returns: result }] of examples.entries()) {
    for (const [place, { name, type }] of parameters.entries()) {
      encodeOrThrow(values, type, args[place], `"${name}" of example ${index + 1}`)
    }
    encodeOrThrow(values, returns, result, `the result of example ${index + 1}`)
  }
}

/** Creates a synthesizer. */
export function createSynthesizer(
  { clock }: { readonly clock: Pick<Clock, 'monotonic' | 'sleep'> },
  options: SynthesizerOptions = {},
): Synthesizer {
  const { budget = 200_000, library = [], guide = unlearnedGuide, ranker, seed = 0 } = options
  const fragments = fragmentsByName(library)
  return {
    async solve(task, { signal, onProgress, accepts = () => true, attempts = 200 } = {}) {
      signal?.throwIfAborted()
      checkTask(task)
      const started = clock.monotonic()
      const search = new Search({
        ...task,
        library,
        budget,
        seed,
        guide: typeof guide === 'function' ? guide(task) : guide,
      })
      const sourceOf = ({ program }: Solution): string => printProgram(program, task.signature, fragments)
      const refused = new Set<string>()
      /** Offers programs, the best first. */
      const offer = async (solutions: readonly Solution[]): Promise<Synthesis | undefined> => {
        for (const solution of solutions) {
          if (refused.size >= attempts) return undefined
          const source = sourceOf(solution)
          if (refused.has(source)) continue
          if (await accepts(source)) return { status: 'found', ...solution, source, ...spent() }
          refused.add(source)
        }
        return undefined
      }
      const spent = (): { candidates: number; ms: number; refused: number } => ({
        candidates: search.candidates,
        ms: clock.monotonic() - started,
        refused: refused.size,
      })
      let settled = 0
      let found: Synthesis | undefined
      await runSearch({ clock, signal }, search, {
        step: () => {
          if (ranker !== undefined || search.settled <= settled) return false
          settled = search.settled
          return offer(search.fitting.filter(({ cost }) => cost <= settled)).then((offered) => {
            found = offered
            return found !== undefined || refused.size >= attempts
          })
        },
        slice: () => {
          const [best] = search.fitting
          const source = best === undefined ? undefined : sourceOf(best)
          onProgress?.({ candidates: search.candidates, budget, source })
        },
      })
      found ??= await offer(
        ranker === undefined ? search.fitting : ranked(ranker, search.fitting, task, { fragments, seed }),
      )
      return found ?? { status: 'exhausted', ...spent() }
    },
  }
}
