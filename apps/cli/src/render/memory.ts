/** Memories as lines, with where they came from. */

import type { RecalledMemory } from '@salp/agent'
import type { Style } from './style.js'
import { ago } from './time.js'
import { oneLine } from './visible.js'

const authors = { user: 'you', agent: 'the agent', tool: 'a tool', import: 'an import' } as const

/** Who said a thing, where and when. */
export function provenance({ source }: RecalledMemory, now: number): string {
  const channel = source.channel === undefined ? '' : ` in ${oneLine(source.channel, 30)}`
  return `${authors[source.author]}${channel}, ${ago(source.at, now)}`
}

/** Lists memories. `now`: ms since the epoch. */
export function renderMemories(hits: readonly RecalledMemory[], { paint }: Style, now: number): string {
  return hits
    .map((hit) => {
      const about = [hit.kind, hit.verification, provenance(hit, now), hit.id].join(' · ')
      return `${oneLine(hit.content, 500)}\n  ${paint.dim(about)}`
    })
    .join('\n')
}
