/** Prints how many candidates a search evaluates in a second, and how long a library takes to learn: `pnpm speed:synthesis`. */

import { cpus } from 'node:os'
import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { unlearnedGuide } from '../../../synthesis/guide/guide.js'
import type { Type } from '../../../synthesis/language/types.js'
import { Values } from '../../../synthesis/language/values.js'
import { learnLibrary } from '../../../synthesis/library/learn-library.js'
import { languageConstants } from '../../../synthesis/search/constants.js'
import { Grammar } from '../../../synthesis/search/grammar.js'
import { sampleExpression } from '../../../synthesis/search/sample.js'
import { Search } from '../../../synthesis/search/search.js'

const budget = 400_000
const repeats = 5

/** Tasks that nothing solves, so that the whole budget is spent. */
const tasks: Readonly<
  Record<
    string,
    {
      readonly parameters: readonly Type[]
      readonly returns: Type
      readonly examples: readonly (readonly [unknown[], unknown])[]
    }
  >
> = {
  'two integers': {
    ...{ parameters: ['number', 'number'], returns: 'number' },
    examples: [
      [[3, 8], 90_121],
      [[5, 2], -77_003],
      [[9, 4], 10_007],
      [[12, 7], 65_539],
    ],
  },
  'integer lists': {
    ...{ parameters: ['number[]'], returns: 'number[]' },
    examples: [
      [[[3, 8, 1, 5]], [91, 17, 4_001]],
      [[[7, 2, 9]], [5_003, 8]],
      [[[4, 4, 6, 1, 0]], [77, 1_009, 23, 60]],
      [[[10, 3]], [449]],
    ],
  },
  strings: {
    ...{ parameters: ['string'], returns: 'string' },
    examples: [
      [['hello big world'], 'Qzx!'],
      [['a-b-c'], 'vvW1'],
      [['Some Text'], '9pp'],
      [['one two'], 'JJJ?'],
    ],
  },
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

console.log(`${cpus()[0]?.model}, Node ${process.version}; ${budget} candidates, median of ${repeats}`)
for (const [name, { parameters, returns, examples }] of Object.entries(tasks)) {
  const rates: number[] = []
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const started = systemClock.monotonic()
    const search = new Search({
      signature: { name: 'f', parameters: parameters.map((type, index) => ({ name: `p${index}`, type })), returns },
      examples: examples.map(([args, result]) => ({ args, returns: result })),
      ...{ library: [], guide: unlearnedGuide, budget, seed: 0 },
    })
    for (const _ of search.run());
    // The first one warms up.
    if (repeat > 0) rates.push(search.candidates / (systemClock.monotonic() - started))
  }
  console.log(`${name}: ${Math.round(median(rates))} thousand candidates a second`)
}

const rng = createRng('programs')
const signature = { name: 'f', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' }
const grammar = new Grammar(new Values(), {
  signature,
  constants: languageConstants,
  library: [],
  guide: unlearnedGuide,
})
const [table, group] = [grammar.table([]), grammar.root]
const programs = Array.from({ length: 3_000 }, () => sampleExpression({ grammar, table, group, depth: 5, rng }))
  .filter((program) => program !== undefined && program.kind === 'call')
  .slice(0, 300)
const started = systemClock.monotonic()
const { library, saved } = learnLibrary(programs)
const seconds = (systemClock.monotonic() - started) / 1_000
console.log(
  `library of ${library.length} out of ${programs.length} programs, ${saved} nodes saved, in ${seconds.toFixed(1)} s`,
)
