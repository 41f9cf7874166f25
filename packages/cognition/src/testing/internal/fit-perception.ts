/** Fits the learned perception and writes its weights: the first half of `pnpm --filter @salp/cognition perception`. */

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fitPerception } from '../../perception-model/report.js'
import { readUtterances } from './utterances.js'

const { packed, curve } = fitPerception(readUtterances())
const rows = packed.map((row) => `  '${row}',`).join('\n')
writeFileSync(
  fileURLToPath(new URL('../../perception-model/weights.ts', import.meta.url)),
  `/** Weights of the learned perception, written by \`pnpm --filter @salp/cognition perception\`; do not edit. */
export const packedWeights: readonly string[] = [
${rows}
]
`,
)
console.log(
  `Curve of the rules' ambiguity, for perception.ts: offset ${curve.offset.toFixed(3)}, slope ${curve.slope.toFixed(3)}`,
)
