/** Arms in the same worlds, and what their differences amount to. */

import { bootstrapCi, createRng, holm, type Interval, signFlipTest } from '@salp/core'
import { defaultModules } from '../contract.js'
import type { SubstrateModules } from '../mind.js'
import { type PlainLoop, plainLoop } from './baselines.js'
import type { PilotFactory } from './pilot.js'
import { runStream, type StreamResult } from './stream.js'
import { substratePilot } from './substrate-pilot.js'
import type { World } from './world.js'

/** Runs a pilot through worlds, with the money each has, or the money given for each. */
export function runArm(
  worlds: readonly World[],
  pilot: PilotFactory,
  purses?: readonly number[] | undefined,
): StreamResult[] {
  return worlds.map((world, index) => runStream(world, pilot(world), { purse: purses?.[index] }))
}

/** Share of the tasks offered that were done right, by world. Range [0, 1]. */
export function solvedShares(results: readonly StreamResult[]): number[] {
  return results.map(({ solved, tasks }) => solved / tasks)
}

/** Money spent over the purse, by world. */
export function spentShares(results: readonly StreamResult[], worlds: readonly World[]): number[] {
  return results.map(({ spent }, index) => spent / (worlds[index]?.purse ?? Number.NaN))
}

/** A mean over worlds with its 95 % interval; worlds are what is independent here. */
export function meanOver(values: readonly number[]): Interval {
  return bootstrapCi(values, { rng: createRng('gym/bootstrap'), draws: 1_000 })
}

/** Two arms at equal cost. */
export interface EqualCost {
  readonly rival: Interval
  readonly ours: Interval
  /** Ours less the rival's, world by world. */
  readonly difference: Interval
}

/** Compares an arm with a rival: in each world it gets for its purse exactly what the rival spent there. */
export function atEqualCost(worlds: readonly World[], ours: PilotFactory, rival: readonly StreamResult[]): EqualCost {
  const purses = rival.map(({ spent }) => spent)
  const [own, other] = [solvedShares(runArm(worlds, ours, purses)), solvedShares(rival)]
  return {
    rival: meanOver(other),
    ours: meanOver(own),
    difference: meanOver(own.map((value, index) => value - (other[index] ?? 0))),
  }
}

/** Finds the settings of a plain loop that solve most in these worlds, over all tiers, checks, patience and asking. */
export function tunePlainLoop(worlds: readonly World[]): { readonly loop: PlainLoop; readonly tried: number } {
  let best: { loop: PlainLoop; solved: number } | undefined
  let tried = 0
  for (const tier of [0, 1, 2])
    for (const checks of [false, true])
      for (const patience of [3, 5, 8, 12, 32])
        for (const asksFrom of [0.5, 0.6, 0.7, 2]) {
          tried++
          const loop = { tier, checks, patience, asksFrom }
          const solved = runArm(worlds, plainLoop(loop)).reduce((sum, result) => sum + result.solved, 0)
          if (best === undefined || solved > best.solved) best = { loop, solved }
        }
  if (best === undefined) throw new RangeError('Cannot tune a loop on no worlds')
  return { loop: best.loop, tried }
}

/** What a module changes. */
export interface Effect {
  readonly module: keyof SubstrateModules
  /** Tasks done right, as a share of those offered: with it less without it. */
  readonly solved: Interval
  /** Money spent over the purse: with it less without it. */
  readonly spent: Interval
  /** Two-sided, by flipping signs of worlds, adjusted by Holm for all modules of the table. */
  readonly p: number
}

/** The modules, in the order of factors. */
export const factors = Object.keys(defaultModules) as readonly (keyof SubstrateModules)[]

/**
 * Settings of a fractional factorial design: seven factors in full, the others as products of some of them.
 *
 * 2^(11−4) runs of resolution V: no main effect or interaction of two is confounded with another one.
 *
 * @returns For each run, −1 or 1 for each of {@link factors}.
 * @see Montgomery, *Design and Analysis of Experiments*, table 8.14, for the generators.
 */
export function factorialDesign(): (-1 | 1)[][] {
  const products = ['ABCG', 'BCDE', 'ACDF', 'ABCDEFG']
  return Array.from({ length: 128 }, (_, run) => {
    const base = Array.from({ length: 7 }, (_, factor): -1 | 1 => ((run >> factor) & 1 ? 1 : -1))
    const derived = products.map((letters): -1 | 1 => {
      let sign = 1
      for (const letter of letters) sign *= base[letter.charCodeAt(0) - 65] ?? 1
      return sign < 0 ? -1 : 1
    })
    return [...base, ...derived]
  })
}

/** Runs the factorial design: the effect of each module, averaged over all the others being on and off. */
export function factorialEffects(worlds: readonly World[], onRun?: (run: number, of: number) => void): Effect[] {
  const design = factorialDesign()
  const solved = factors.map(() => worlds.map(() => 0))
  const spent = factors.map(() => worlds.map(() => 0))
  for (const [run, signs] of design.entries()) {
    onRun?.(run, design.length)
    const modules = Object.fromEntries(factors.map((name, factor) => [name, signs[factor] === 1]))
    const results = runArm(worlds, substratePilot({ modules }))
    const [wins, costs] = [solvedShares(results), spentShares(results, worlds)]
    for (const [factor, sign] of signs.entries()) {
      for (const index of worlds.keys()) {
        add(solved[factor], index, ((wins[index] ?? 0) * sign * 2) / design.length)
        add(spent[factor], index, ((costs[index] ?? 0) * sign * 2) / design.length)
      }
    }
  }
  return effectsOf(
    factors.map((module, factor) => ({ module, solved: solved[factor] ?? [], spent: spent[factor] ?? [] })),
  )
}

/** Switches each module of the shipped default the other way, alone: what it changes to have it, beside all others as shipped. */
export function singleEffects(
  worlds: readonly World[],
  shipped: readonly StreamResult[],
  onRun?: (run: number, of: number) => void,
): Effect[] {
  const [wins, costs] = [solvedShares(shipped), spentShares(shipped, worlds)]
  return effectsOf(
    factors.map((module, factor) => {
      onRun?.(factor, factors.length)
      const sign = defaultModules[module] ? 1 : -1
      const results = runArm(worlds, substratePilot({ modules: { [module]: !defaultModules[module] } }))
      const [otherWins, otherCosts] = [solvedShares(results), spentShares(results, worlds)]
      return {
        module,
        solved: wins.map((value, index) => sign * (value - (otherWins[index] ?? 0))),
        spent: costs.map((value, index) => sign * (value - (otherCosts[index] ?? 0))),
      }
    }),
  )
}

function effectsOf(
  differences: readonly {
    readonly module: keyof SubstrateModules
    readonly solved: readonly number[]
    readonly spent: readonly number[]
  }[],
): Effect[] {
  const rng = createRng('gym/sign-flip')
  const adjusted = holm(differences.map(({ solved }) => signFlipTest(solved, { rng, draws: 20_000 })))
  return differences.map(({ module, solved, spent }, index) => ({
    module,
    solved: meanOver(solved),
    spent: meanOver(spent),
    p: adjusted[index] ?? 1,
  }))
}

function add(values: number[] | undefined, index: number, value: number): void {
  if (values !== undefined) values[index] = (values[index] ?? 0) + value
}
