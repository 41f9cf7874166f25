/** How many trials it takes to see a difference, asked before they are made. */

import { normalCdf, normalQuantile } from './normal.js'

/** What a study should be able to tell. */
export interface PowerOptions {
  /** Of finding a difference where there is none, both sides together. @defaultValue `0.05` */
  readonly alpha?: number | undefined
  /** Of finding the difference where there is one. @defaultValue `0.8` */
  readonly power?: number | undefined
}

/**
 * Gives the trials per arm that two independent rates need to be told apart, not rounded.
 *
 * @see Fleiss, Levin and Paik, *Statistical Methods for Rates and Proportions* (2003), chapter 4, without correction for continuity.
 */
export function trialsPerArm(a: number, b: number, { alpha = 0.05, power = 0.8 }: PowerOptions = {}): number {
  const middle = (a + b) / 2
  const under = normalQuantile(1 - alpha / 2) * Math.sqrt(2 * middle * (1 - middle))
  const over = normalQuantile(power) * Math.sqrt(a * (1 - a) + b * (1 - b))
  return ((under + over) / (a - b)) ** 2
}

/**
 * Gives the pairs that a paired difference needs to be seen, not rounded.
 *
 * @param difference - Of the two rates.
 * @param discordant - Share of pairs whose two sides differ, at least the difference.
 * @see Connor, "Sample size for testing differences in proportions for the paired-sample design" (1987).
 */
export function pairsNeeded(
  difference: number,
  discordant: number,
  { alpha = 0.05, power = 0.8 }: PowerOptions = {},
): number {
  const under = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant)
  const over = normalQuantile(power) * Math.sqrt(discordant - difference ** 2)
  return ((under + over) / difference) ** 2
}

/** Gives the power that `pairs` pairs have to see a paired difference; range (0, 1). */
export function pairedPower(
  pairs: number,
  {
    difference,
    discordant,
    alpha = 0.05,
  }: { readonly difference: number; readonly discordant: number; readonly alpha?: number | undefined },
): number {
  const reach = Math.abs(difference) * Math.sqrt(pairs) - normalQuantile(1 - alpha / 2) * Math.sqrt(discordant)
  return normalCdf(reach / Math.sqrt(discordant - difference ** 2))
}

/**
 * Gives the least paired difference that `pairs` pairs would show, in whole percent; none if they would show none.
 *
 * @param discordant - Share of pairs whose two sides differ.
 */
export function leastDifference(pairs: number, discordant: number, options: PowerOptions = {}): number | undefined {
  for (let percent = 1; percent <= Math.floor(100 * discordant); percent++)
    if (pairsNeeded(percent / 100, discordant, options) <= pairs) return percent / 100
  return undefined
}
