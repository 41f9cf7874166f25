/** `salp synth`: a function for examples, without a language model. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { type Invocation, note } from '../invocation.js'
import { plural } from '../render/quantity.js'
import { duration } from '../render/time.js'
import { examples, type ToAction } from './action.js'
import { integerFrom } from './values.js'

interface SynthOptions {
  readonly examples: string
  readonly name?: string
  readonly about?: string
  readonly budget: number
  readonly seed: number
  readonly untrained?: true
}

/** Creates the command. */
export function synthCommand(toAction: ToAction): Command {
  return new Command('synth')
    .description('find a TypeScript function that agrees with examples; no language model, no node')
    .requiredOption('-e, --examples <file>', 'JSON: [{ "args": [...], "returns": ... }, ...]')
    .option('--name <name>', 'what to call the function', functionName)
    .option('--about <sentence>', 'what it is to do, in plain English: its words guide the search')
    .option('--budget <candidates>', 'programs to try at most, parts of programs counted too', integerFrom(1), 200_000)
    .option('--seed <number>', 'of the inputs that programs are told apart by', integerFrom(0), 0)
    .option('--untrained', 'without what "salp bench run --learn" learnt')
    .action(toAction(synth))
    .addHelpText(
      'after',
      `
The file may also say what the function looks like, as it must where a list is empty in all examples:
  { "signature": { "name": "total", "parameters": [{ "name": "values", "type": "number[]" }], "returns": "number" },
    "statement": "Add all values.", "examples": [...] }
Few examples are met by many wrong programs: give six that differ.
${examples(
  ['salp synth --examples doubled.json --name doubled', 'the function; exit code 1 if none was found'],
  ['salp synth -e doubled.json --budget 2000000 > doubled.ts', 'ten times as long a search'],
)}`,
    )
}

async function synth(
  invocation: Invocation,
  { examples: file, name, about, untrained, ...options }: SynthOptions,
): Promise<number> {
  const { io, home, json, signal, statusLine } = invocation
  const [{ readExamples }, { createSynthesizerThread, readSavedState }] = await Promise.all([
    import('../synth/read-examples.js'),
    import('@salp/models/synthesis/node'),
  ])
  const read = readExamples(await readFile(resolve(io.folder, file), 'utf8'), { file, name })
  const task = { ...read, statement: about ?? read.statement }
  const saved = untrained === true ? undefined : await readSavedState(home.path)
  await using thread = createSynthesizerThread({ ...options, state: saved?.state })
  statusLine.show('Searching')
  try {
    const found = await thread.solve(task, {
      signal,
      onProgress: ({ candidates, budget, source }) =>
        statusLine.show(
          `${candidates.toLocaleString('en')} of ${budget.toLocaleString('en')} candidates${source === undefined ? '' : ', one fits: looking for a likelier one'}`,
        ),
    })
    statusLine.clear()
    const spent = `${plural(found.candidates, 'candidate')} in ${duration(found.ms)}${saved === undefined ? '' : ', with what was learnt'}`
    if (json) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
    if (found.status === 'exhausted') {
      if (!json) note(invocation, `Found nothing: ${spent}. Give it a larger --budget, or fewer rules at once`)
      return exitCodes.failed
    }
    if (json) return exitCodes.done
    io.stdout.write(`${found.source.trimEnd()}\n`)
    note(invocation, `Cost ${found.cost.toFixed(1)} nats, ${spent}`)
    return exitCodes.done
  } finally {
    statusLine.clear()
  }
}

function functionName(word: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(word)) throw new InvalidArgumentError('Expected a name as TypeScript allows it.')
  return word
}
