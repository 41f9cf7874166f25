/** Teaches the synthesizer on the half of the problems that is for learning. */

import { createHash } from 'node:crypto'
import type { Clock } from '@salp/core'
import type { Problem, ProblemCase, Verifier } from '@salp/eval'
import { type LearnProgress, learn, readTask, type SynthesisTask, type TrainingTask } from '@salp/models/synthesis'
import { type SavedState, trainGuideNet } from '@salp/models/synthesis/node'

/** How the synthesizer is taught. */
export interface LessonOptions {
  /** Candidates for each problem in each round. */
  readonly budget: number
  readonly seed: number
  readonly rounds: number
}

/** Names a lesson: the same problems and settings teach the same. */
export function lessonOf(problems: readonly Problem[], options: LessonOptions): string {
  const told = problems.map(({ id, statement, signature, examples, tests }) => ({
    ...{ id, statement, signature, examples, tests },
  }))
  return createHash('sha256')
    .update(JSON.stringify([options, told]))
    .digest('hex')
}

/**
 * Learns a guide and a library from problems by solving them.
 *
 * The search sees the visible examples and every other hidden test, which say more of what is wanted; a program is learnt from only
 * if it passes all tests in the verifier. None of this may touch problems that the synthesizer is measured on.
 *
 * @param problems - Of the training half.
 * @throws RangeError if one is of the other half.
 * @throws The signal's reason if it aborts.
 */
export async function learnSynthesizer(
  { clock, verifier }: { readonly clock: Clock; readonly verifier: Verifier },
  problems: readonly Problem[],
  {
    signal,
    onProgress,
    ...options
  }: LessonOptions & { readonly signal: AbortSignal; readonly onProgress: (progress: LearnProgress) => void },
): Promise<SavedState & { readonly rounds: readonly number[] }> {
  const heldOut = problems.find(({ split }) => split !== 'train')
  if (heldOut !== undefined) throw new RangeError(`Cannot learn from "${heldOut.id}": it is for measuring`)
  const tasks = problems.flatMap((problem): TrainingTask[] => {
    const { id, examples, tests } = problem
    const task = readProblem(problem, [...examples, ...tests.filter((_, index) => index % 2 === 0)])
    const shown = readProblem(problem, examples)?.examples
    return task === undefined ? [] : [{ id, ...task, shown, accepts: (source) => passes(problem, source) }]
  })
  const passes = async (problem: Problem, source: string): Promise<boolean> => {
    // What the synthesizer prints is well typed; runs of the benchmark check it.
    const [verdict] = await verifier.verify([{ problem, source }], { signal, types: false })
    return verdict?.status === 'pass'
  }
  const { seed } = options
  const { state, rounds } = await learn(
    { clock, trainNet: (solved, known, given) => trainGuideNet({ clock }, solved, known, { seed, ...given }) },
    tasks,
    { ...options, signal, onProgress },
  )
  return { lesson: lessonOf(problems, options), state, rounds }
}

function readProblem({ signature, statement }: Problem, cases: readonly ProblemCase[]): SynthesisTask | undefined {
  return readTask({ ...signature, statement, examples: cases.filter((one) => 'returns' in one) })
}
