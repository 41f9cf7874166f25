/** A small net with dropout and a task it can learn, for tests of training. */

import { createRng } from '@salp/core'
import type { Example } from '../../nets/data/batches.js'
import { feedForward } from '../../nets/layers.js'
import { defineNet, float32, int32, type Net } from '../../nets/net.js'
import { crossEntropy } from '../../nets/ops/losses.js'

/** Two classes, apart by a curve. */
export function spiralNet({ drop = 0, width = 16 }: { drop?: number; width?: number } = {}): Net {
  return defineNet({
    name: 'spirals',
    sizes: { batch: 32 },
    inputs: { x: float32('batch', 2) },
    targets: { label: int32('batch'), weight: float32('batch') },
    forward: ({ x }) => ({ logits: feedForward(x, 'body', { widths: [width, width, 2], activation: 'silu', drop }) }),
    loss: ({ logits }, { label, weight }) => crossEntropy(logits, label, weight),
  })
}

/** Points on two spirals. */
export function spiralExamples(count: number, seed: string): Example[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, (_, index) => {
    const label = index % 2
    const turn = 0.5 + 4 * rng()
    const angle = turn + label * Math.PI
    return { x: [(turn / 4) * Math.cos(angle), (turn / 4) * Math.sin(angle)], label: [label], weight: [1] }
  })
}
