/** A run that a process and the test that kills it agree on. */

import { orderedBatches, shuffledBatches } from '../../nets/data/batches.js'
import type { TrainOptions } from '../../nets/node/train.js'
import { spiralExamples, spiralNet } from './spirals.js'

const net = spiralNet({ drop: 0.1 })

/** 300 steps, evaluated now and then. */
export const killable: TrainOptions = {
  net,
  sizes: net.sizes,
  data: shuffledBatches(spiralExamples(500, 'train'), { seed: 1, weights: ['weight'] }),
  evaluation: { batches: orderedBatches(spiralExamples(100, 'held out'), { rows: 32, weights: ['weight'] }), every: 7 },
  steps: 300,
  schedule: () => 0.01,
  seed: 3,
}
