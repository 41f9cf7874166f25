/** Counters that survive a restart. */

import type { Migration, SqlDatabase } from '@salp/core'
import { z } from 'zod'
import { type SlotUsage, unused } from './usage.js'
import type { UsageStore } from './usage-store.js'

/** Tables of this package; its owner is `models`. */
export const modelsMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'usage of slots',
    up: 'CREATE TABLE models_usage (slot TEXT PRIMARY KEY, usage TEXT NOT NULL) STRICT',
  },
]

const count = z.number().nonnegative()
const sumSchema = z.object({ requests: count, inputTokens: count, outputTokens: count, costUsd: count })
const usageSchema: z.ZodType<SlotUsage> = z.object({
  minute: z.array(z.object({ at: z.number(), requests: count, tokens: count })),
  dayStart: z.number(),
  today: sumSchema,
  total: sumSchema,
})

/**
 * Creates a store in a database that {@link modelsMigrations} brought up to date.
 *
 * A row that cannot be read counts as unused: limits are then enforced by the provider alone until the window has passed.
 */
export function sqliteUsageStore(db: SqlDatabase): UsageStore {
  const select = db.prepare<{ usage: string }>('SELECT usage FROM models_usage WHERE slot = ?')
  const upsert = db.prepare(
    'INSERT INTO models_usage (slot, usage) VALUES (?, ?) ON CONFLICT (slot) DO UPDATE SET usage = excluded.usage',
  )
  const read = (slot: string): SlotUsage => {
    const row = select.get(slot)
    return row === undefined ? unused : (parse(row.usage) ?? unused)
  }
  return {
    read,
    update: (slot, change) =>
      db.transaction(() => {
        const usage = change(read(slot))
        upsert.run(slot, JSON.stringify(usage))
        return usage
      }),
  }
}

function parse(text: string): SlotUsage | undefined {
  try {
    return usageSchema.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
