/** Counts, sizes and money as a reader wants them. */

/** `12 B`, `3.4 kB`, `1.2 MB`: powers of 1000. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`
  if (sizeBytes < 1_000_000) return `${(sizeBytes / 1_000).toFixed(1)} kB`
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`
}

/** `812`, `3.4k`, `1.2M`. */
export function formatCount(count: number): string {
  if (count < 1_000) return String(count)
  if (count < 999_950) return `${(count / 1_000).toFixed(1)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}

/** `free`, `< $0.01`, `$0.42`. */
export function formatCost(costUsd: number): string {
  if (costUsd === 0) return 'free'
  return costUsd < 0.01 ? '< $0.01' : `$${costUsd.toFixed(2)}`
}

/** `1 memory`, `2 memories`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** `text` cut to at most `chars` characters, with an ellipsis in place of what went. */
export function truncate(text: string, chars: number): string {
  const points = [...text]
  return points.length <= chars
    ? text
    : `${points
        .slice(0, chars - 1)
        .join('')
        .trimEnd()}…`
}
