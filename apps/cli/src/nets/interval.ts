/** A mean and its 95 % interval, for a reader. */
export function showInterval({
  mean,
  low,
  high,
}: {
  readonly mean: number
  readonly low: number
  readonly high: number
}): string {
  return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
}
