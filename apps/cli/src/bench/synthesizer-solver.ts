/** The synthesizer as a solver of the benchmark. */

import type { ProblemCase, ProblemView, Solver } from '@salp/eval'
import {
  parseType,
  SignatureError,
  type SynthesisProgress,
  type SynthesisTask,
  type Synthesizer,
  Values,
} from '@salp/models/synthesis'

/**
 * Gives a problem as the synthesizer takes it; nothing where its types or values are none of the language's.
 *
 * @param cases - What it has to agree with; those that want an error are left out.
 */
export function taskOf(
  { signature: { name, parameters, returns }, statement }: Pick<ProblemView, 'signature' | 'statement'>,
  cases: readonly ProblemCase[],
): SynthesisTask | undefined {
  const examples = cases.filter((one) => 'returns' in one)
  if (examples.length === 0) return undefined
  try {
    const signature = {
      name,
      parameters: parameters.map((parameter) => ({ ...parameter, type: parseType(parameter.type) })),
      returns: parseType(returns),
    }
    const values = new Values()
    const knows = (type: string, value: unknown): boolean => !Number.isNaN(values.encode(type, value))
    const fits = examples.every(
      (one) =>
        signature.parameters.every(({ type }, at) => knows(type, one.args[at])) &&
        knows(signature.returns, one.returns),
    )
    return fits ? { signature, examples, statement } : undefined
  } catch (error) {
    if (error instanceof SignatureError) return undefined
    throw error
  }
}

/**
 * Creates a solver whose answers are the programs that fit the visible examples, the likeliest first.
 *
 * A problem over types or values that the language does not have gets no answer, which counts as failed. What a search tried is
 * booked on its last answer, since it is known at the end only.
 */
export function synthesizerSolver(
  synthesizer: Synthesizer,
  {
    name,
    onProgress,
  }: {
    readonly name: string
    readonly onProgress?: ((problem: string, progress: SynthesisProgress) => void) | undefined
  },
): Solver {
  return {
    name,
    async solve(problem, { signal, budget: { attempts } }) {
      const task = taskOf(problem, problem.examples)
      if (task === undefined) return []
      const sources: string[] = []
      const { candidates } = await synthesizer.solve(task, {
        signal,
        accepts: (source) => sources.push(source) === attempts,
        onProgress: (progress) => onProgress?.(problem.id, progress),
      })
      return sources.map((source, index) => ({ source, ...(index === sources.length - 1 && { candidates }) }))
    },
  }
}
