/** What a record's own words tell beside what they say: names, aliases, when it happened, which claim it makes. */

import { findAliases, findNames, nameKey } from './names.js'
import { findClaim } from './relations.js'
import { findTime } from './times.js'

/** Most names of one record that count. */
const maxNames = 64

/** What was read from a content. */
export interface Annotation {
  /** By key: how it is written first, and how often it stands there. */
  readonly names: ReadonlyMap<string, { readonly label: string; readonly times: number }>
  readonly aliases: readonly { readonly name: string; readonly alias: string }[]
  /** In ms since the epoch. */
  readonly happened?: { readonly from: number; readonly to: number } | undefined
  readonly claim?: { readonly subject: string; readonly attribute: string; readonly value: string } | undefined
}

/** Reads `content`, as said at `at` (ms since the epoch). */
export function annotate(content: string, at: number): Annotation {
  const names = new Map<string, { label: string; times: number }>()
  const heading = findHeading(content)
  for (const { key, label } of [...(heading === undefined ? [] : [heading]), ...findNames(content)]) {
    const known = names.get(key)
    if (known !== undefined) known.times++
    else if (names.size < maxNames) names.set(key, { label, times: 1 })
  }
  const span = findTime(content, at)
  const happened = span !== undefined && Number.isFinite(span.from) && Number.isFinite(span.to) ? span : undefined
  return {
    names,
    aliases: findAliases(content),
    ...(happened && { happened: { from: happened.from, to: happened.to } }),
    claim: findClaim(content),
  }
}

/** A short first line over a text names it, whatever its capitals; what it adds in brackets tells it from others. */
function findHeading(content: string): { key: string; label: string } | undefined {
  const label = /^([^\n]{2,80}[^\n.!?:;,])\n+\S/u.exec(content)?.[1]?.replace(/ *\([^)]*\)$/u, '')
  const key = nameKey(label ?? '')
  return label === undefined || key.length < 2 ? undefined : { key, label }
}
