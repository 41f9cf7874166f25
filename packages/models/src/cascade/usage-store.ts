/** Where counters are kept. */

import { type SlotUsage, unused } from './usage.js'

/** Keeps what each slot has used, by the slot's name. */
export interface UsageStore {
  /** What was kept; `unused` if nothing was. */
  read(slot: string): SlotUsage
  /** Replaces what is kept, atomically: no other change comes between. @returns What is kept now. */
  update(slot: string, change: (usage: SlotUsage) => SlotUsage): SlotUsage
}

/** Creates a store that forgets with the process. */
export function mapUsageStore(): UsageStore {
  const kept = new Map<string, SlotUsage>()
  const read = (slot: string): SlotUsage => kept.get(slot) ?? unused
  return {
    read,
    update(slot, change) {
      const usage = change(read(slot))
      kept.set(slot, usage)
      return usage
    },
  }
}
