/** What the memory page shows, as its address says it: `#/memory`, `#/memory/names`, `#/memory/tidy`, with what was asked. */

import type { BrowseQuery } from '@salp/agent'

/** The views of the page, in their order. */
export const memoryViews = [
  { id: 'records', name: 'Records' },
  { id: 'names', name: 'Names' },
  { id: 'tidy', name: 'Tidy up' },
] as const

/** One of {@link memoryViews}. */
export type MemoryView = (typeof memoryViews)[number]['id']

/** What may be asked for. Days are written `2026-11-21`; an absent field asks for nothing. */
export interface MemoryRoute extends Pick<BrowseQuery, 'kind' | 'verification' | 'author' | 'tag' | 'state' | 'by'> {
  readonly view: MemoryView
  readonly query?: string | undefined
  /** What was believed on that day. */
  readonly asOf?: string | undefined
  /** The day from which the list goes back. */
  readonly until?: string | undefined
  /** The record that is opened. */
  readonly id?: string | undefined
  /** The name that is opened. */
  readonly name?: string | undefined
}

/** Values each field may have; the others are free text. */
const choices = {
  kind: ['fact', 'event', 'preference', 'procedure', 'summary'],
  verification: ['stated', 'inferred', 'verified'],
  author: ['user', 'agent', 'tool', 'import'],
  state: ['closed'],
  by: ['recorded'],
} as const

const free = ['query', 'tag', 'asOf', 'until', 'id', 'name'] as const

/** Reads a hash; nothing, if it is not one of this page. What does not fit is left out. */
export function parseMemoryHash(hash: string): MemoryRoute | undefined {
  const match = /^#\/memory(?:\/(\w+))?(?:\?(.*))?$/.exec(hash)
  const view = match && (match[1] === undefined ? 'records' : memoryViews.find(({ id }) => id === match[1])?.id)
  if (!view) return undefined
  const parameters = new URLSearchParams(match[2])
  const route: Record<string, string> = { view }
  for (const [field, values] of Object.entries(choices)) {
    const value = parameters.get(field)
    if (value !== null && (values as readonly string[]).includes(value)) route[field] = value
  }
  for (const field of free) {
    const value = parameters.get(field)
    if (value !== null && value !== '' && (!isDay(field) || parseDay(value) !== undefined)) route[field] = value
  }
  return { ...route, view }
}

/** Writes a hash that {@link parseMemoryHash} reads back. */
export function memoryHash({ view, ...asked }: MemoryRoute): string {
  const path = view === 'records' ? '#/memory' : `#/memory/${view}`
  const used = Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(used).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Days since 1 January 1970 of `2026-11-21`; nothing, if there is no such day. */
export function parseDay(text: string): number | undefined {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 86_400_000 : Number.NaN
  // Dates such as 30 February roll over into another day.
  return Number.isInteger(day) && formatDay(day) === text ? day : undefined
}

/** The reverse of {@link parseDay}. */
export function formatDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

function isDay(field: string): boolean {
  return field === 'asOf' || field === 'until'
}
