/** Times and durations in words. */

import { plural } from './quantity.js'

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** How long ago something was, such as `3 hours ago`. Both in ms since the epoch. */
export function ago(at: number, now: number): string {
  const elapsed = now - at
  const unit = units.find(([, ms]) => elapsed >= ms)
  if (unit === undefined) return 'just now'
  const [name, ms] = unit
  const count = Math.floor(elapsed / ms)
  return name === 'day' && count > 30 ? `on ${new Date(at).toISOString().slice(0, 10)}` : `${plural(count, name)} ago`
}

/** A duration in ms, short: `80 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : plural(Math.floor(hours / 24), 'day')
}
