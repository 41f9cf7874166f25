/**
 * Summarises trials.
 *
 * @param {readonly number[]} trials
 * @returns {{ median: number, least: number, most: number, trials: number }}
 */
export function spread(trials) {
  const sorted = [...trials].sort((a, b) => a - b)
  return {
    median: sorted[Math.floor(sorted.length / 2)],
    least: sorted[0],
    most: sorted[sorted.length - 1],
    trials: sorted.length,
  }
}
