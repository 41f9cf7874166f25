/** Plans of studies in files. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { factorialCells, leastDifference, type SealedPlan, sealPlan } from '@salp/eval'
import { UsageError } from '../cli-errors.js'
import { plural } from '../render/quantity.js'

/**
 * Reads a plan and seals it.
 *
 * @throws {@link UsageError} (`cli/usage`) if the file is no JSON; PlanError (`eval/plan`) if it is no plan.
 */
export async function sealFile({ folder }: { readonly folder: string }, file: string): Promise<SealedPlan> {
  const text = await readFile(resolve(folder, file), 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`Cannot read the plan in "${file}": ${error.message}`)
    throw error
  }
  return sealPlan(value)
}

/** Says how large a study is, and which difference it would show, if `discordant` of the tasks came out differently. */
export function whatItShows({ plan, sha256 }: SealedPlan, discordant: number): string {
  const { tasks, seeds, factors, aliases, alpha, looks } = plan
  const cells = factorialCells(factors, aliases).length
  const trials = tasks.length * seeds.length * (cells + 2)
  const least = leastDifference(tasks.length, discordant, { alpha })
  const shown =
    least === undefined
      ? `so few tasks would show no difference, if ${Math.round(100 * discordant)} % of them came out differently`
      : `a difference of ${Math.round(100 * least)} points would show with 80 % power, if ${Math.round(100 * discordant)} % of the tasks came out differently`
  const more = looks === 'any' ? '; looking at any time takes more' : ''
  return `Sealed as ${sha256}. ${plural(trials, 'trial')}, the control included; ${shown}${more}`
}
