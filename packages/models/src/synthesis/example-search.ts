/** Searches over plain data: signatures in TypeScript's words, examples as JSON. */

import { parseType, SignatureError } from './language/types.js'
import { Values } from './language/values.js'
import type { SynthesisProgress, SynthesisTask, Synthesizer } from './synthesizer.js'

/** What is asked, as plain data. */
export interface PlainTask {
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  readonly returns: string
  readonly examples: readonly { readonly args: readonly unknown[]; readonly returns: unknown }[]
  /** See {@link SynthesisTask.statement}. */
  readonly statement?: string | undefined
}

/** Reads a task; nothing where its types or values are none of the language's, or it has no examples. */
export function readTask({ name, parameters, returns, examples, statement }: PlainTask): SynthesisTask | undefined {
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

/** How one search of {@link exampleSearch} is bounded and watched. */
export interface ExampleSearchOptions {
  /** Programs that are given at most. */
  readonly most: number
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: SynthesisProgress) => void) | undefined
}

/** A search for programs by examples, as solvers of `@salp/eval` take it. */
export interface ExampleSearch {
  readonly name: string
  /** Gives modules of TypeScript, the likeliest first, and how many candidates were tried; none for what {@link readTask} does not read. */
  search(
    task: PlainTask,
    options: ExampleSearchOptions,
  ): Promise<{ readonly sources: readonly string[]; readonly candidates: number }>
}

/** Creates one over a synthesizer. */
export function exampleSearch(synthesizer: Synthesizer, name: string): ExampleSearch {
  return {
    name,
    async search(plain, { most, signal, onProgress }) {
      const task = readTask(plain)
      if (task === undefined) return { sources: [], candidates: 0 }
      const sources: string[] = []
      const accepts = (source: string): boolean => sources.push(source) === most
      const { candidates } = await synthesizer.solve(task, { signal, accepts, onProgress })
      return { sources, candidates }
    },
  }
}
