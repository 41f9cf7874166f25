/** How the learning rate changes from step to step. */

/** The learning rate of a step; steps count from 1. */
export type Schedule = (step: number) => number

/** Rises in a line to `peak` over `warmup` steps, then falls along half a cosine to `floor` at `steps`, and stays there. */
export function warmupCosine({
  peak,
  warmup,
  steps,
  floor = 0,
}: {
  readonly peak: number
  readonly warmup: number
  readonly steps: number
  readonly floor?: number | undefined
}): Schedule {
  return (step) => {
    if (step <= warmup) return (peak * step) / warmup
    const share = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
    return floor + ((peak - floor) * (1 + Math.cos(Math.PI * share))) / 2
  }
}
