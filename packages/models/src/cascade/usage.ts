/** What a slot has used, and when its limits let it be asked again. */

/** Requests and tokens a slot may use; what is left out is unlimited. */
export interface SlotLimits {
  /** In any 60 s. */
  readonly requestsPerMinute?: number | undefined
  /** From midnight to midnight, UTC. */
  readonly requestsPerDay?: number | undefined
  /** In any 60 s. A request is let through while fewer were used: what it will use is not known before. */
  readonly tokensPerMinute?: number | undefined
  /** From midnight to midnight, UTC. */
  readonly tokensPerDay?: number | undefined
}

/** Requests, tokens and their price over some time. */
export interface UsageSum {
  readonly requests: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars at the slot's price; requests without a known price add nothing. An estimate, never settled. */
  readonly costUsd: number
}

/** One thing that counts against limits. */
export interface UsageEntry {
  /** ms since the epoch. */
  readonly at: number
  readonly requests: number
  readonly tokens: number
}

/** What is kept of a slot's use: plain data. */
export interface SlotUsage {
  /** Entries of the last 60 s, oldest first. */
  readonly minute: readonly UsageEntry[]
  /** Midnight, UTC, that began the day of `today`; ms since the epoch. */
  readonly dayStart: number
  readonly today: UsageSum
  readonly total: UsageSum
}

const minuteMs = 60_000
const dayMs = 86_400_000
const nothing: UsageSum = { requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 }

/** A slot that was never used. */
export const unused: SlotUsage = { minute: [], dayStart: 0, today: nothing, total: nothing }

/** Forgets what lies outside the current minute and day. */
export function rollUsage(usage: SlotUsage, now: number): SlotUsage {
  const dayStart = Math.floor(now / dayMs) * dayMs
  return {
    minute: usage.minute.filter(({ at }) => at > now - minuteMs && at <= now),
    dayStart,
    today: usage.dayStart === dayStart ? usage.today : nothing,
    total: usage.total,
  }
}

/** Adds to what was used. */
export function addUsage(usage: SlotUsage, added: Partial<UsageSum>, now: number): SlotUsage {
  const rolled = rollUsage(usage, now)
  const { requests = 0, inputTokens = 0, outputTokens = 0 } = added
  return {
    ...rolled,
    minute: [...rolled.minute, { at: now, requests, tokens: inputTokens + outputTokens }],
    today: sum(rolled.today, added),
    total: sum(rolled.total, added),
  }
}

function sum(a: UsageSum, b: Partial<UsageSum>): UsageSum {
  return {
    requests: a.requests + (b.requests ?? 0),
    inputTokens: a.inputTokens + (b.inputTokens ?? 0),
    outputTokens: a.outputTokens + (b.outputTokens ?? 0),
    costUsd: a.costUsd + (b.costUsd ?? 0),
  }
}

/** Requests and tokens of the last 60 s. */
export function lastMinute(usage: SlotUsage): { requests: number; tokens: number } {
  return usage.minute.reduce(
    (total, { requests, tokens }) => ({ requests: total.requests + requests, tokens: total.tokens + tokens }),
    { requests: 0, tokens: 0 },
  )
}

/**
 * Tells when the limits let one more request through.
 *
 * @param usage - Rolled to `now`.
 * @returns ms since the epoch; `now` if they do already.
 */
export function availableAt(usage: SlotUsage, limits: SlotLimits, now: number): number {
  const { requestsPerMinute, requestsPerDay, tokensPerMinute, tokensPerDay } = limits
  const tomorrow = usage.dayStart + dayMs
  const tokensToday = usage.today.inputTokens + usage.today.outputTokens
  return Math.max(
    now,
    requestsPerDay !== undefined && usage.today.requests >= requestsPerDay ? tomorrow : now,
    tokensPerDay !== undefined && tokensToday >= tokensPerDay ? tomorrow : now,
    requestsPerMinute === undefined ? now : roomAt(usage.minute, 'requests', requestsPerMinute, now),
    tokensPerMinute === undefined ? now : roomAt(usage.minute, 'tokens', tokensPerMinute, now),
  )
}

/** When so many entries have left the window that fewer than `limit` remain. */
function roomAt(entries: readonly UsageEntry[], count: 'requests' | 'tokens', limit: number, now: number): number {
  let left = entries.reduce((total, entry) => total + entry[count], 0)
  let at = now
  for (const entry of entries) {
    if (left < limit) break
    left -= entry[count]
    at = entry.at + minuteMs
  }
  return at
}
