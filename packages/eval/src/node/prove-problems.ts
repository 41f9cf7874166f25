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
  /** Mechanical variants of each reference; half of them are tried only where the others are too few. @defaultValue `8` */
  readonly mutants?: number | undefined
}

/** A source that has to fail. */
interface Wrong extends Candidate {
  /** Which problem it is for. */
  readonly index: number
  readonly kind: 'starter' | 'empty' | 'written' | 'made'
  /** What to say if it passes. */
  readonly what: string
}

function isVariant({ kind }: Wrong): boolean {
  return kind === 'made' || kind === 'written'
}

/** Variants of a reference that have to fail. */
const leastMutants = 3

/** Longest run of a variant, in ms: one that never ends need not be waited for as long as a solution. */
const mutantMs = 800

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
  const wrong: Wrong[] = []
  /** Variants for where those above are too few. */
  const spare: Wrong[] = []
  for (const [index, problem] of problems.entries()) {
    const timeoutMs = Math.min(problem.limits?.timeoutMs ?? mutantMs, mutantMs)
    const quick: Problem = { ...problem, limits: { ...problem.limits, timeoutMs } }
    const add = (kind: Wrong['kind'], source: string, what: string): void =>
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
    for (const [at, { source, change }] of (await makeMutants(problem.reference, count)).entries()) {
      if (at % 2 === 0) add('made', source, change)
      else spare.push({ index, problem: quick, kind: 'made', source, what: change })
    }
  }
  const verdicts = await verifier.verify(wrong, { signal, types: false })
  const failing = problems.map(
    (_, index) =>
      wrong.filter((found, at) => found.index === index && isVariant(found) && verdicts[at]?.status !== 'pass').length,
  )
  const further = spare.filter(({ index }) => (failing[index] ?? 0) < leastMutants)
  verdicts.push(...(await verifier.verify(further, { signal, types: false })))
  wrong.push(...further)
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
    const all = own.filter((found) => !found.passes && isVariant(found)).length
    if (all < leastMutants) faults.push(`${all} wrong variants fail, at least ${leastMutants} are needed`)
    return { id, faults, mutants: { tried: made.length, failed } }
  })
}
