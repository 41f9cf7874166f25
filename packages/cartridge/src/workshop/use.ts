/** How cartridges were used since the process began, and what they logged. */

import type { Clock } from '@salp/core'
import type { CartridgeTrap } from '../errors.js'
import type { CartridgeUse, LogLine } from '../protocol.js'

/** What is remembered of the calls of all cartridges. */
export interface UseLog {
  /** A call that succeeded. */
  succeeded(cartridge: string, use: { readonly durationMs: number; readonly fuel: number }): void
  /** A call that was ended. */
  trapped(cartridge: string, trap: CartridgeTrap): void
  use(cartridge: string): CartridgeUse
  /** A line of log. @param level - 0 debug, 1 info, 2 warn, 3 and more error. */
  write(cartridge: string, level: number, text: string): void
  /** Lines with a higher number than `after`, oldest first. */
  lines(cartridge: string, after: number): readonly LogLine[]
  forget(cartridge: string): void
}

interface Record {
  calls: number
  traps: number
  lastAt: number | undefined
  totalMs: number
  totalFuel: number
  lastTrap: CartridgeUse['lastTrap']
  logged: number
  readonly lines: LogLine[]
}

/** Lines that are kept of each cartridge. */
const keptLines = 500

const levels = ['debug', 'info', 'warn', 'error'] as const

/** Creates a log in memory. */
export function createUseLog({ clock }: { readonly clock: Pick<Clock, 'now'> }): UseLog {
  const records = new Map<string, Record>()
  const recordOf = (cartridge: string): Record => {
    const known = records.get(cartridge)
    if (known !== undefined) return known
    const blank = { calls: 0, traps: 0, lastAt: undefined, totalMs: 0, totalFuel: 0, lastTrap: undefined }
    const record: Record = { ...blank, logged: 0, lines: [] }
    records.set(cartridge, record)
    return record
  }
  return {
    succeeded(cartridge, { durationMs, fuel }) {
      const record = recordOf(cartridge)
      record.calls++
      record.lastAt = clock.now()
      record.totalMs += durationMs
      record.totalFuel += fuel
    },
    trapped(cartridge, { code, message }) {
      const record = recordOf(cartridge)
      record.calls++
      record.traps++
      record.lastAt = clock.now()
      record.lastTrap = { code, message, at: record.lastAt }
    },
    use(cartridge) {
      const { calls, traps, lastAt, totalMs, totalFuel, lastTrap } = recordOf(cartridge)
      const succeeded = calls - traps
      return {
        ...{ calls, traps, lastAt, lastTrap },
        ...(succeeded > 0 && { meanMs: totalMs / succeeded, meanFuel: Math.round(totalFuel / succeeded) }),
      }
    },
    write(cartridge, level, text) {
      const record = recordOf(cartridge)
      const named = levels[Math.min(Math.max(Math.trunc(level), 0), 3)] ?? 'error'
      record.lines.push({ number: ++record.logged, at: clock.now(), level: named, text })
      if (record.lines.length > keptLines) record.lines.shift()
    },
    lines: (cartridge, after) => recordOf(cartridge).lines.filter(({ number }) => number > after),
    forget: (cartridge) => void records.delete(cartridge),
  }
}
