/** A run of training with checkpoints in the folder it is given, to be killed; says the number of each step. */

import { systemClock } from '@salp/core/node'
import { train } from '../../nets/node/train.js'
import { killable } from './killable.js'

await train(
  { clock: systemClock },
  {
    ...killable,
    checkpoints: { folder: process.argv[2] ?? '', every: 10 },
    onProgress: ({ step }) => process.stdout.write(`${step}\n`),
  },
)
