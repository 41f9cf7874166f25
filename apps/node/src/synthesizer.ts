/** Searches for functions with what this agent has learnt, in a thread that lives as long as a search. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SynthesisPort } from '@salp/agent'
import { parseState, unlearned } from '@salp/models/synthesis'
import { createSynthesizerThread } from '@salp/models/synthesis/node'
import { z } from 'zod'

/** As the command line writes it, with the lesson that it was learnt from. */
const savedSchema = z.object({ state: z.unknown() })

/** Candidates that one search may try. */
const budget = 200_000

/** Opens it; `salp bench run --learn` writes down what was learnt, below the home folder. */
export function openSynthesizer({ folder }: { readonly folder: string }): SynthesisPort {
  const path = join(folder, 'models', 'synthesizer.json')
  return {
    async solve(task, options) {
      const state = existsSync(path)
        ? parseState(savedSchema.parse(JSON.parse(await readFile(path, 'utf8'))).state)
        : unlearned
      await using thread = createSynthesizerThread({ budget, state })
      return await thread.solve(task, options)
    },
  }
}
