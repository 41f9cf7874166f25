/** Moments and durations in the fewest words that still tell them apart. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** `just now`, `4 min ago`, `3 h ago`, `yesterday`, `5 days ago`, then the date. */
export function formatAgo(at: number, now: number): string {
  const elapsed = now - at
  if (elapsed < minute) return 'just now'
  if (elapsed < hour) return `${Math.floor(elapsed / minute)} min ago`
  if (elapsed < day) return `${Math.floor(elapsed / hour)} h ago`
  const days = Math.floor(elapsed / day)
  if (days === 1) return 'yesterday'
  if (days < 30) return `${days} days ago`
  return new Date(at).toISOString().slice(0, 10)
}

/** `4 ms`, `1.2 s`, `2 min 5 s`, `30 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Time of day with seconds, in the reader's zone. */
export function formatClock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
}

/** Full date and time in the reader's zone, for titles. */
export function formatMoment(at: number): string {
  return new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}

/** Heading under which something of that moment is listed. */
export function dayHeading(at: number, now: number): 'Today' | 'Yesterday' | 'This week' | 'Earlier' {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  if (at >= midnight) return 'Today'
  if (at >= midnight - day) return 'Yesterday'
  return at >= midnight - 6 * day ? 'This week' : 'Earlier'
}
