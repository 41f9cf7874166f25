/** Requests that a payer has free each day: counted on disk, one statement a request. */

import type { Clock, SqlDatabase } from '@salp/core'

/** A free request, or none left. */
export type FreeDecision =
  | { readonly status: 'granted' /** Gives it back, once: for a request that was not served. */; release(): void }
  | { readonly status: 'used-up' }

/** Counts free requests. */
export interface FreeQuota {
  /**
   * Takes one of a payer's free requests of today, in UTC.
   *
   * @param use - `route`: the endpoint's slug. `payer`: proved by a signature and in one form, as `parseAddress` of the
   * wallet gives it; whoever makes new keys has new quotas, so the limits by address and route stay in force.
   */
  take(use: { readonly route: string; readonly payer: string; readonly perDay: number }): FreeDecision
}

const dayMs = 86_400_000

/** Creates a quota in a database that `registrySteps` brought up to date; safe among processes that share it. */
export function createFreeQuota({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): FreeQuota {
  const add = db.prepare(`
INSERT INTO gateway_free_use (day, route, payer, used) VALUES (?, ?, ?, 1)
ON CONFLICT DO UPDATE SET used = used + 1 WHERE used < ?`)
  const back = db.prepare(
    'UPDATE gateway_free_use SET used = used - 1 WHERE day = ? AND route = ? AND payer = ? AND used > 0',
  )
  const forget = db.prepare('DELETE FROM gateway_free_use WHERE day < ?')
  let today = Number.NEGATIVE_INFINITY
  return {
    take({ route, payer, perDay }) {
      if (perDay < 1) return { status: 'used-up' }
      const day = Math.floor(clock.now() / dayMs)
      if (day > today) {
        // Yesterday may still be given back to.
        forget.run(day - 1)
        today = day
      }
      if (add.run(day, route, payer, perDay).changes === 0) return { status: 'used-up' }
      let held = true
      return {
        status: 'granted',
        release() {
          if (held) back.run(day, route, payer)
          held = false
        },
      }
    },
  }
}
