/** Made-up tasks: programs drawn from what was learnt, run on inputs like those of real tasks. */

import type { Rng } from '@salp/core'
import type { Expression } from '../language/expression.js'
import { fragmentsByName } from '../language/fragment.js'
import { compile } from '../language/interpret.js'
import { Values } from '../language/values.js'
import { constantsFor, type Example } from '../search/constants.js'
import { Grammar } from '../search/grammar.js'
import { sampleExpression } from '../search/sample.js'
import { variationsOf } from '../search/variations.js'
import type { SynthesizerState } from '../state.js'
import type { SynthesisTask } from '../synthesizer.js'
import { countGuide } from './counts.js'

/** A task that was made up, and the program it was made with. */
export interface Fantasy {
  readonly task: SynthesisTask
  readonly program: Expression
}

/** Programs drawn for one grammar, which takes a while to make. */
const drawsPerTask = 60
/** Calls within calls. */
const deepest = 5

/**
 * Makes tasks up.
 *
 * Programs that fail, that give the same for all inputs, or that give an input back are left out: nobody would ask for them.
 *
 * @param tasks - Signatures and inputs are drawn from these.
 */
export function dreamTasks(
  { library, counts }: SynthesizerState,
  tasks: readonly SynthesisTask[],
  { count, rng }: { readonly count: number; readonly rng: Rng },
): Fantasy[] {
  const found: Fantasy[] = []
  const guide = countGuide(counts)
  // Each attempt may yield nothing, so their number is bounded.
  for (let attempt = 0; attempt < count && found.length < count; attempt++) {
    const task = tasks[Math.floor(rng() * tasks.length)]
    if (task === undefined) break
    const { signature, examples } = task
    const values = new Values()
    const grammar = new Grammar(values, { signature, constants: constantsFor(task), library, guide })
    const table = grammar.table([])
    for (let draw = 0; draw < drawsPerTask && found.length < count; draw++) {
      const program = sampleExpression({ grammar, table, group: grammar.root, depth: deepest, rng })
      if (program?.kind !== 'call') continue
      const inputs = variationsOf(examples, examples.length, rng)
      const run = compile(program, { values, fragments: fragmentsByName(library), inputs: signature.parameters.length })
      const made = inputs.flatMap((args): Example[] => {
        const environment = signature.parameters.map(({ type }, index) => values.encode(type, args[index]))
        if (environment.some(Number.isNaN)) return []
        const result = run(environment)
        return Number.isNaN(result) ? [] : [{ args, returns: values.decode(signature.returns, result) }]
      })
      if (made.length === examples.length && isWorthAsking(made))
        found.push({ task: { signature, examples: made }, program })
    }
  }
  return found
}

function isWorthAsking(examples: readonly Example[]): boolean {
  const results = new Set(examples.map(({ returns }) => JSON.stringify(returns)))
  if (results.size < 2) return false
  return !(examples[0]?.args ?? []).some((_, place) =>
    examples.every(({ args, returns }) => JSON.stringify(args[place]) === JSON.stringify(returns)),
  )
}
