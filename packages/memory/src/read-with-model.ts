/** Letting a language model read: records for names and relations, old events for what is worth keeping of them. */

import { describeError, type SqlDatabase } from '@salp/core'
import { type Consolidated, consolidatedSchema, type Extractor, ExtractorError, extractAll } from './extractor.js'
import type { createReadings } from './readings.js'
import type { MemoryRecord } from './record.js'

/** What came of a pass; see `Memory.enrich`. */
export interface Enrichment {
  readonly read: number
  readonly left: number
  readonly failed?: string | undefined
}

/** Failures in a row that end a pass. */
const mostFailures = 2

/** Reads the newest records, up to a sensitivity, that the extractor has not read; each batch is durable. */
export async function enrichRecords(
  {
    db,
    extractor,
    readings,
    onFailure,
  }: {
    readonly db: SqlDatabase
    readonly extractor: Extractor
    readonly readings: ReturnType<typeof createReadings>
    onFailure(reason: string): void
  },
  { limit, sensitivity, signal }: { limit: number; sensitivity: number; signal?: AbortSignal | undefined },
): Promise<Enrichment> {
  const { modelId, batchSize = 8 } = extractor
  let [read, asked, failures] = [0, 0, 0]
  let failed: string | undefined
  let before = Number.MAX_SAFE_INTEGER
  while (asked < limit && failures < mostFailures) {
    const batch = readings.unread(modelId, sensitivity, before, Math.min(batchSize, limit - asked))
    const last = batch.at(-1)
    if (last === undefined) break
    before = last.seq
    asked += batch.length
    try {
      const contents = batch.map(({ content }) => content)
      const made = await extractAll(extractor, contents, signal)
      db.transaction(() => {
        for (const [index, record] of batch.entries()) {
          const reading = made[index]
          if (reading !== undefined) readings.put(modelId, record, reading)
        }
      })
      read += batch.length
      failures = 0
    } catch (error) {
      signal?.throwIfAborted()
      failures++
      failed = describeError(error)
      onFailure(failed)
    }
  }
  return { read, left: readings.left(modelId, sensitivity), ...(failed !== undefined && { failed }) }
}

/** Groups of events that one pass gives to the extractor. */
const mostConsolidated = 8

/** Names a group of events by its records. */
export function groupKey(of: readonly Pick<MemoryRecord, 'id'>[]): string {
  return JSON.stringify(of.map(({ id }) => id))
}

/** What the extractor makes of groups of events, by {@link groupKey}. A failure ends it: what is missing is condensed by rules. */
export async function consolidateGroups(
  { extractor, onFailure }: { readonly extractor: Extractor; onFailure(reason: string): void },
  groups: readonly { readonly of: readonly MemoryRecord[] }[],
  signal: AbortSignal | undefined,
): Promise<Map<string, readonly Consolidated[]>> {
  const made = new Map<string, readonly Consolidated[]>()
  for (const { of } of groups.slice(0, mostConsolidated)) {
    try {
      const contents = of.map(({ content }) => content)
      const facts = consolidatedSchema.safeParse(await extractor.consolidate(contents, { signal }))
      if (!facts.success) throw new ExtractorError(extractor.modelId, 'its facts are malformed')
      made.set(groupKey(of), facts.data)
    } catch (error) {
      signal?.throwIfAborted()
      onFailure(describeError(error))
      break
    }
  }
  return made
}
