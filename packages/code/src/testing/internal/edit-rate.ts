/** Prints how many edits of the corpus become what was meant: `pnpm --filter @salp/code edits`. */

import { wilson } from '@salp/core'
import { editCorpus } from './edit-corpus.js'
import { judgeEdit } from './run-corpus.js'

const judged = await Promise.all(editCorpus.map(async (one) => ({ ...one, ...(await judgeEdit(one)) })))
const flaws = [...new Set(judged.map(({ flaw }) => flaw))].sort()
for (const flaw of flaws) {
  const cases = judged.filter((one) => one.flaw === flaw)
  console.log(`${flaw.padEnd(14)} ${cases.filter(({ right }) => right).length} of ${cases.length}`)
}
for (const { name, outcome } of judged.filter(({ right }) => !right)) console.log(`wrong: ${name}: ${outcome}`)
const right = judged.filter((one) => one.right).length
const { low, high } = wilson(right, judged.length)
const share = (value: number): string => `${(100 * value).toFixed(1)} %`
console.log(`\nRight: ${right} of ${judged.length}, ${share(right / judged.length)} [${share(low)}, ${share(high)}]`)
console.log(`Changed wrongly: ${judged.filter(({ corrupted }) => corrupted).length}`)
