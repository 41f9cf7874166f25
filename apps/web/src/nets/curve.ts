/** Points of a loss curve as a line, thinned to what a screen shows. */

/** A point of a curve. */
export interface CurvePoint {
  readonly step: number
  readonly value: number
}

/** Averages neighbours so that at most `count` points are left; their steps stay in order. */
export function thin(points: readonly CurvePoint[], count: number): CurvePoint[] {
  const size = Math.max(1, Math.ceil(points.length / count))
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const group = points.slice(index * size, (index + 1) * size)
    const mean = (pick: (point: CurvePoint) => number): number =>
      group.reduce((sum, point) => sum + pick(point), 0) / group.length
    return { step: mean(({ step }) => step), value: mean(({ value }) => value) }
  })
}

/** Range of values to draw, the most extreme hundredth of each end left out: a first step may be off the scale. */
export function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  const [low, high] = [at(0.01), at(0.99)]
  return high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 }
}

/** Writes points as the path of an SVG of 100 by 60, clamped to the range. */
export function pathOf(
  points: readonly CurvePoint[],
  { low, high }: { readonly low: number; readonly high: number },
  lastStep: number,
): string {
  return points
    .filter(({ value }) => Number.isFinite(value))
    .map(({ step, value }, index) => {
      const x = (100 * step) / Math.max(1, lastStep)
      const y = 60 - 60 * Math.min(1, Math.max(0, (value - low) / (high - low)))
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`
    })
    .join('')
}
