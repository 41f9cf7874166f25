/** Times in words: "last week", "in May 2023", "before 2020". All in UTC. */

/** A span that a text names. Times in ms since the epoch. */
export interface TimeSpan {
  /** First moment inside; unbounded, if −∞. */
  readonly from: number
  /** First moment behind; unbounded, if ∞. */
  readonly to: number
  /** The words that name it. */
  readonly text: string
  /** Whether it is counted from now ("last week"), not from the calendar ("in 2020"). */
  readonly relative: boolean
}

const months = 'january february march april may june july august september october november december'.split(' ')
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const numbers = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const dayMs = 86_400_000

const monthName =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const weekdayName = weekdays.join('|')
const count = `\\d{1,3}|an?|${numbers.slice(1).join('|')}|a few|a couple of`

/** Each way to name a span: what it looks like, and which span it is. The first that fits, wins. */
const forms: readonly (readonly [
  RegExp,
  (groups: readonly string[], now: number) => readonly [number, number],
  'relative'?,
])[] = [
  [/\b(\d{4})-(\d{2})-(\d{2})\b/i, ([year, month, date]) => dayOf(Number(year), Number(month) - 1, Number(date))],
  [
    new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${monthName})\\.?,? (\\d{4})\\b`, 'i'),
    ([date, month, year]) => dayOf(Number(year), monthIndex(month), Number(date)),
  ],
  [
    new RegExp(`\\b(${monthName})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})\\b`, 'i'),
    ([month, date, year]) => dayOf(Number(year), monthIndex(month), Number(date)),
  ],
  [
    new RegExp(`\\b(?:in |of |during )?(${monthName})\\.?,? (?:of )?(\\d{4})\\b`, 'i'),
    ([month, year]) => monthOf(Number(year), monthIndex(month)),
  ],
  [
    /\b(?:in |of |during )?(?:the )?(spring|summer|autumn|fall|winter)(?: of)? (\d{4})\b/i,
    ([season, year]) => seasonOf(season ?? '', Number(year)),
  ],
  [/\b(?:the )?day before yesterday\b/i, (_, now) => daysAgo(now, 2, 2), 'relative'],
  [/\byesterday\b|\blast night\b/i, (_, now) => daysAgo(now, 1, 1), 'relative'],
  [/\btoday\b|\bthis (?:morning|afternoon|evening)\b|\btonight\b/i, (_, now) => daysAgo(now, 0, 0), 'relative'],
  [/\btomorrow\b/i, (_, now) => daysAgo(now, -1, -1), 'relative'],
  [
    new RegExp(`\\b(${count}) (day|week|month|year)s? ago\\b`, 'i'),
    ([many, unit], now) => ago(now, counted(many), unit ?? ''),
    'relative',
  ],
  [
    new RegExp(`\\b(?:in |over |during |within )?(?:the )?(?:last|past) (${count}) (day|week|month|year)s?\\b`, 'i'),
    ([many, unit], now) => [startOfDay(now) - counted(many) * unitDays(unit ?? '') * dayMs, now + 1],
    'relative',
  ],
  [
    /\b(?:the )?(?:last|past|previous) week\b/i,
    (_, now) => [startOfWeek(now) - 7 * dayMs, startOfWeek(now)],
    'relative',
  ],
  [/\bthis week\b/i, (_, now) => [startOfWeek(now), startOfWeek(now) + 7 * dayMs], 'relative'],
  [
    /\b(?:the |last |this |past )+weekend\b/i,
    (_, now) => [startOfWeek(now - 5 * dayMs) + 5 * dayMs, startOfWeek(now - 5 * dayMs) + 7 * dayMs],
    'relative',
  ],
  [
    /\b(?:the )?(last|past|previous|this) month\b/i,
    ([which], now) => monthsAgo(now, which === 'this' ? 0 : 1),
    'relative',
  ],
  [
    /\b(?:the )?(last|past|previous|this) year\b/i,
    ([which], now) => yearsAgo(now, which === 'this' ? 0 : 1),
    'relative',
  ],
  [/\brecently\b|\bthese days\b|\blately\b/i, (_, now) => [startOfDay(now) - 30 * dayMs, now + 1], 'relative'],
  [
    new RegExp(`\\b(?:on|last|this|past) (${weekdayName})\\b`, 'i'),
    ([name], now) => {
      const back = (new Date(now).getUTCDay() - weekdays.indexOf((name ?? '').toLowerCase()) + 6) % 7
      return daysAgo(now, back + 1, back + 1)
    },
    'relative',
  ],
  [
    new RegExp(`\\b(?:in|last|this|during|since|before|after|until) (${monthName})\\b(?! \\d)`, 'i'),
    ([name], now) => {
      const date = new Date(now)
      const month = monthIndex(name)
      return monthOf(date.getUTCFullYear() - (month > date.getUTCMonth() ? 1 : 0), month)
    },
    'relative',
  ],
  [
    /\b(?:in|during|since|before|after|until|by|from|of|year|throughout|around|early|late) (\d{4})\b(?!\s*(?:km|m|kg|people|items|euros|dollars|%))/i,
    ([year]) => [Date.UTC(Number(year), 0), Date.UTC(Number(year) + 1, 0)],
  ],
]

const hint =
  /\d{4}|day|week|month|year|ago|last|past|today|tonight|yester|tomorrow|morning|recent|lately|spring|summer|autumn|fall|winter|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i

/** Finds the first span of time that `text` names, as said at `now` (ms since the epoch). */
export function findTime(text: string, now: number): TimeSpan | undefined {
  if (!hint.test(text)) return undefined
  for (const [pattern, span, relative] of forms) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [from, to] = span(match.slice(1), now)
    if (!(Number.isFinite(from) && Number.isFinite(to))) continue
    return { ...bounded(text, match, from, to), relative: relative !== undefined }
  }
  return undefined
}

/** Words by which an event is found by its time: year, month, day, weekday. */
export function timeWords(at: number): string {
  const date = new Date(at)
  return [date.getUTCFullYear(), months[date.getUTCMonth()], date.getUTCDate(), weekdays[date.getUTCDay()]].join(' ')
}

/** "Before" and "after" open the span on one side. */
function bounded(text: string, match: RegExpExecArray, from: number, to: number): Omit<TimeSpan, 'relative'> {
  const inside = /^(before|until|by|after|since) /i.exec(match[0])
  const ahead = /\b(before|until|prior to|by|after|since|from)\s+$/i.exec(text.slice(0, match.index))
  const word = (inside?.[1] ?? ahead?.[1] ?? '').toLowerCase()
  const named = (ahead?.[0] ?? '') + match[0]
  if (word === 'before' || word === 'until' || word === 'prior to' || word === 'by')
    return { from: -Infinity, to: from, text: named }
  if (word === 'after') return { from: to, to: Infinity, text: named }
  if (word === 'since' || word === 'from') return { from, to: Infinity, text: named }
  return { from, to, text: named }
}

function monthIndex(name = ''): number {
  return months.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3)))
}

function counted(text = ''): number {
  const word = text.toLowerCase()
  if (/^\d/.test(word)) return Number(word)
  if (word === 'a few') return 3
  if (word === 'a couple of') return 2
  return Math.max(1, numbers.indexOf(word))
}

function unitDays(unit: string): number {
  return { day: 1, week: 7, month: 30, year: 365 }[unit.toLowerCase()] ?? 1
}

function startOfDay(at: number): number {
  return Math.floor(at / dayMs) * dayMs
}

/** Monday. */
function startOfWeek(at: number): number {
  return startOfDay(at) - ((new Date(at).getUTCDay() + 6) % 7) * dayMs
}

function dayOf(year: number, month: number, date: number): [number, number] {
  return [Date.UTC(year, month, date), Date.UTC(year, month, date + 1)]
}

function monthOf(year: number, month: number): [number, number] {
  return [Date.UTC(year, month), Date.UTC(year, month + 1)]
}

function seasonOf(season: string, year: number): [number, number] {
  const start = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 }[season.toLowerCase()] ?? 0
  return [Date.UTC(year, start), Date.UTC(year, start + 3)]
}

function daysAgo(now: number, first: number, last: number): [number, number] {
  return [startOfDay(now) - first * dayMs, startOfDay(now) - (last - 1) * dayMs]
}

function monthsAgo(now: number, back: number): [number, number] {
  const date = new Date(now)
  return monthOf(date.getUTCFullYear(), date.getUTCMonth() - back)
}

function yearsAgo(now: number, back: number): [number, number] {
  const year = new Date(now).getUTCFullYear() - back
  return [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
}

/** "Three weeks ago" is not to the day: it reaches half a unit to both sides, but for days. */
function ago(now: number, many: number, unit: string): [number, number] {
  if (unit.toLowerCase() === 'day') return daysAgo(now, many, many)
  const middle = startOfDay(now) - many * unitDays(unit) * dayMs
  const half = (unitDays(unit) / 2) * dayMs
  return [middle - half, middle + half + dayMs]
}
