/**
 * More inputs like those of the examples, whose results nobody knows.
 *
 * Programs that give the same on three or four examples often differ elsewhere. On these inputs the search can tell them apart,
 * and keep both.
 */

import type { Rng } from '@salp/core'
import type { Example } from './constants.js'

/** Makes inputs out of those of examples: arguments of different examples side by side, each changed a little. */
export function variationsOf(examples: readonly Example[], count: number, rng: Rng): unknown[][] {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(rng() * items.length)]
  const vary = (value: unknown, other: unknown): unknown => {
    if (typeof value === 'number') return varyNumber(value, other, rng)
    if (typeof value === 'boolean') return rng() < 0.5
    if (typeof value === 'string') return varyText(value, other, rng)
    if (!Array.isArray(value)) return value
    const pool = [...value, ...(Array.isArray(other) ? other : [])]
    if (pool.length === 0) return value
    // Of a length that came up, with parts that came up, now and then changed.
    const length = Math.max(1, rng() < 0.5 ? value.length : Array.isArray(other) ? other.length : 1)
    return Array.from({ length }, () => (rng() < 0.4 ? vary(pick(pool), pick(pool)) : pick(pool)))
  }
  return Array.from({ length: count }, () => {
    const base = pick(examples)?.args ?? []
    return base.map((value, index) => {
      const other = pick(examples)?.args[index]
      return rng() < 0.2 ? (other ?? value) : vary(value, other)
    })
  })
}

function varyNumber(value: number, other: unknown, rng: Rng): number {
  const step = rng() < 0.5 ? 1 : 1 + Math.floor(rng() * Math.max(2, Math.abs(value) / 3))
  const changed = (typeof other === 'number' && rng() < 0.5 ? other : value) + (rng() < 0.5 ? step : -step)
  // A number that was never negative, or never zero, stays so.
  return value > 0 && changed <= 0 ? value + step : value >= 0 && changed < 0 ? value + step : changed
}

function varyText(value: string, other: unknown, rng: Rng): string {
  const texts = [value, typeof other === 'string' ? other : value]
  const separator = [' ', ',', '-', ''].find((sign) => value.includes(sign)) ?? ''
  const parts = texts.flatMap((text) => text.split(separator)).filter((part) => part !== '')
  if (parts.length === 0) return value
  const length = Math.max(1, value.split(separator).length + (rng() < 0.3 ? 1 : 0) - (rng() < 0.3 ? 1 : 0))
  return Array.from({ length }, () => parts[Math.floor(rng() * parts.length)] ?? '').join(separator)
}
