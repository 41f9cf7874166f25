/** Days as the reader counts them: on the page every moment falls on the day it has at the reader's present offset from UTC. */

import type { RememberedRecord } from '@salp/agent'

const dayMs = 86_400_000

/** Records of one day, days since 1 January 1970. */
export interface DayCount {
  readonly day: number
  readonly records: number
}

/** Days that one bar of the histogram stands for: from `from` up to, not including, `to`. */
export interface Bar {
  readonly from: number
  readonly to: number
  readonly records: number
}

/** Widths of a bar, in days: a day, a week, four, a quarter, a year, a decade, a century. */
const widths = [1, 7, 28, 91, 364, 3_640, 36_400]

/** Puts days into at most `most` bars of equal width, oldest first, without a gap. */
export function toBars(days: readonly DayCount[], most: number): Bar[] {
  const first = days[0]?.day
  const last = days.at(-1)?.day
  if (first === undefined || last === undefined) return []
  const span = last - first + 1
  const width = widths.find((width) => span <= width * most) ?? Math.ceil(span / most)
  const bars = Array.from({ length: Math.ceil(span / width) }, (_, index) => {
    const to = last + 1 - index * width
    return { from: to - width, to, records: 0 }
  }).reverse()
  for (const { day, records } of days) {
    const bar = bars[bars.length - 1 - Math.floor((last - day) / width)]
    if (bar !== undefined) bar.records += records
  }
  return bars
}

/** The day of a moment, where `offsetMs` is what the reader's zone adds to UTC. */
export function dayOf(at: number, offsetMs: number): number {
  return Math.floor((at + offsetMs) / dayMs)
}

/** The moment at which a day begins. */
export function startOf(day: number, offsetMs: number): number {
  return day * dayMs - offsetMs
}

/** The time a list stands by. */
export function timeOf(record: RememberedRecord, by: 'happened' | 'recorded'): number {
  return by === 'recorded' ? record.recordedAt : (record.happenedAt ?? record.source.at)
}

/** `Saturday, 21 November 2026`, as the reader writes it. */
export function nameDay(day: number): string {
  return new Date(day * dayMs).toLocaleDateString([], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

/** What the reader's zone adds to UTC now, in ms. */
export function zoneOffset(now: number): number {
  return -new Date(now).getTimezoneOffset() * 60_000
}
