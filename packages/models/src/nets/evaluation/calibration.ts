/** How far probabilities can be taken at their word. */

/** A score (log odds) and what came of it. */
export interface Scored {
  readonly logit: number
  readonly happened: boolean
}

/** A range of probabilities. */
export interface CalibrationBin {
  /** Mean probability that was given. */
  readonly said: number
  /** Share that happened. */
  readonly happened: number
  readonly count: number
}

/**
 * Fits the temperature by which scores must be divided to be calibrated: the one of least log loss.
 *
 * The loss is convex in 1 / T, so a golden-section search finds it; range [1/20, 20].
 *
 * @see Guo et al., "On Calibration of Modern Neural Networks" (2017).
 */
export function fitTemperature(scored: readonly Scored[]): number {
  if (scored.length === 0) return 1
  const loss = (logarithm: number): number => {
    const slope = Math.exp(-logarithm)
    return scored.reduce((sum, { logit, happened }) => sum + softplus((happened ? -1 : 1) * logit * slope), 0)
  }
  let [low, high] = [-Math.log(20), Math.log(20)]
  const golden = (Math.sqrt(5) - 1) / 2
  for (let round = 0; round < 60; round++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)]
    if (loss(a) <= loss(b)) high = b
    else low = a
  }
  return Math.exp((low + high) / 2)
}

/** Sorts probabilities into ranges of equal width. Empty ones are left out. */
export function calibrationBins(
  scored: readonly Scored[],
  {
    temperature = 1,
    bins = 10,
  }: { readonly temperature?: number | undefined; readonly bins?: number | undefined } = {},
): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ said: 0, happened: 0, count: 0 }))
  for (const { logit, happened } of scored) {
    const said = 1 / (1 + Math.exp(-logit / temperature))
    const bin = sums[Math.min(bins - 1, Math.floor(said * bins))]
    if (bin === undefined) continue
    bin.said += said
    bin.happened += happened ? 1 : 0
    bin.count++
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ said, happened, count }) => ({ said: said / count, happened: happened / count, count }))
}

/** The mean distance between what was said and what happened, over ranges. In [0, 1]. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  return bins.reduce((sum, { said, happened, count }) => sum + (count * Math.abs(said - happened)) / total, 0)
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}
