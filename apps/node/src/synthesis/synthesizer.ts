/** Searches for functions with what this agent has learnt, in a thread that lives as long as a search. */

import type { SynthesisPort } from '@salp/agent'
import { createSynthesizerThread, readSavedState } from '@salp/models/synthesis/node'

/** Candidates that one search may try. */
const budget = 200_000

/** Opens it; `salp bench run --learn` writes down what was learnt, below the home folder. */
export function openSynthesizer({ folder }: { readonly folder: string }): SynthesisPort {
  return {
    async solve(task, options) {
      const saved = await readSavedState(folder)
      await using thread = createSynthesizerThread({ budget, state: saved?.state })
      return await thread.solve(task, options)
    },
  }
}
