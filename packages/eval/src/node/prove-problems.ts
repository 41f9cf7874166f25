/** Proves that problems tell right from wrong: what must pass does, and what must fail does. */

import { type Problem, parametersOf } from '../problems/problem.js'
import type { Candidate, Verifier } from '../verify/verifier.js'
import { makeMutants } from './mutants.js'

/** What was found of one problem. */
export interface ProblemProof {
  readonly id: string
  /** What keeps it from being proven; nothing if it is. */
  readonly faults: readonly string[]
  /** Mechanical variants of the reference that were tried, and those of them that failed. */
  readonly mutants: { readonly tried: number; readonly failed: number }
}

/** How problems are proven. */
export interface ProveOptions {
  readonly signal?: AbortSignal | undefined
  /** Mechanical variants tried of each reference. @defaultValue `8` */
  readonly mutants?: number | undefined
}

/** Variants of a reference that have to fail. */
const leastMutants = 3

/** Longest run of a variant, in ms: one that never ends need not be waited for as long as a solution. */
const mutantMs = 400

/**
 * Proves each problem: the reference passes under the type checker; the starter, an empty body, every variant written by hand
 * and at least three variants (mechanical ones counted) fail; tests are at least 8 in tier 0, and 12 above.
 *
 * @returns In the order of `problems`.
 */
export async function proveProblems(
  problems: readonly Problem[],
  { verifier }: { readonly verifier: Verifier },
  { signal, mutants: count = 8 }: ProveOptions = {},
): Promise<ProblemProof[]> {
  const typed = await verifier.verify(
    problems.map((problem) => ({ problem, source: problem.reference ?? '' })),
    { signal },
  )
  const wrong: (Candidate & {
    readonly index: number
    readonly kind: 'starter' | 'empty' | 'written' | 'made'
    readonly what: string
  })[] = []
  for (const [index, problem] of problems.entries()) {
    const timeoutMs = Math.min(problem.limits?.timeoutMs ?? mutantMs, mutantMs)
    const quick: Problem = { ...problem, limits: { ...problem.limits, timeoutMs } }
    const add = (kind: (typeof wrong)[number]['kind'], source: string, what: string): void =>
      void wrong.push({ index, problem: quick, kind, source, what })
    // Without its reference, results cannot be generated.
    if (typed[index]?.status !== 'pass' || problem.reference === undefined) continue
    add('starter', problem.starter, 'the starter passes')
    add(
      'empty',
      `export function ${problem.signature.name}(${parametersOf(problem.signature)}): any {}\n`,
      'an empty body passes',
    )
    for (const [number, source] of problem.mutants.entries()) add('written', source, `mutant ${number + 1} passes`)
    for (const { source, change } of await makeMutants(problem.reference, count)) add('made', source, change)
  }
  const verdicts = await verifier.verify(wrong, { signal, types: false })
  return problems.map(({ id, tier, tests, reference }, index): ProblemProof => {
    const faults: string[] = []
    const verdict = typed[index]
    const least = tier === 0 ? 8 : 12
    if (tests.length < least) faults.push(`it has ${tests.length} tests, at least ${least} are needed`)
    if (reference === undefined)
      return { id, faults: [...faults, 'it has no reference'], mutants: { tried: 0, failed: 0 } }
    if (verdict?.status !== 'pass') {
      const { message = '', example = undefined } = verdict ?? {}
      const shown = example && `${JSON.stringify(example.args)} gives ${example.actual}, not ${example.expected}`
      faults.push(`the reference is a ${verdict?.status}: ${shown ?? message}`)
      return { id, faults, mutants: { tried: 0, failed: 0 } }
    }
    const own = wrong.flatMap((candidate, at) =>
      candidate.index === index ? [{ ...candidate, passes: verdicts[at]?.status === 'pass' }] : [],
    )
    for (const { kind, passes, what } of own) if (passes && kind !== 'made') faults.push(what)
    const made = own.filter(({ kind }) => kind === 'made')
    const failed = made.filter(({ passes }) => !passes).length
    const all = own.filter(({ kind, passes }) => !passes && (kind === 'made' || kind === 'written')).length
    if (all < leastMutants) faults.push(`${all} wrong variants fail, at least ${leastMutants} are needed`)
    return { id, faults, mutants: { tried: made.length, failed } }
  })
}
