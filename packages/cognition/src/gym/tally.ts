/** Sums of how good forecasts were, so that a million of them take no memory. */

import { ln } from '../internal/real.js'

const bins = 10

/** Forecasts of one kind, beside those of who only knows the rate so far. */
export interface Tally {
  readonly count: number
  readonly came: number
  readonly brier: number
  readonly nats: number
  /** Of the forecast "as often as so far in this world". */
  readonly baseBrier: number
  readonly baseNats: number
  /** Sum of probabilities, and of what came, in each tenth. */
  readonly stated: Float64Array
  readonly happened: Float64Array
  add(probability: number, happened: boolean): void
}

/** Figures of many forecasts. */
export interface ForecastFigures {
  readonly count: number
  readonly brier: number
  readonly logLoss: number
  readonly calibrationError: number
  /** Of the rate so far in each world. */
  readonly baseBrier: number
  readonly baseLogLoss: number
}

/** Creates an empty tally. */
export function createTally(): Tally {
  const sums = {
    count: 0,
    came: 0,
    brier: 0,
    nats: 0,
    baseBrier: 0,
    baseNats: 0,
    stated: new Float64Array(bins),
    happened: new Float64Array(bins),
    add(probability: number, happened: boolean): void {
      const value = happened ? 1 : 0
      const base = (sums.came + 4) / (sums.count + 5)
      sums.baseBrier += (base - value) * (base - value)
      sums.baseNats -= ln(happened ? base : 1 - base)
      sums.brier += (probability - value) * (probability - value)
      sums.nats -= ln(Math.max(1e-6, happened ? probability : 1 - probability))
      const bin = Math.min(bins - 1, Math.floor(probability * bins))
      sums.stated[bin] = (sums.stated[bin] ?? 0) + probability
      sums.happened[bin] = (sums.happened[bin] ?? 0) + value
      sums.came += value
      sums.count++
    },
  }
  return sums
}

/** Joins tallies, in the order given. All NaN if there was no forecast. */
export function forecastFigures(tallies: readonly Tally[]): ForecastFigures {
  const sum = (read: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + read(tally), 0)
  const count = sum((tally) => tally.count)
  let apart = 0
  for (let bin = 0; bin < bins; bin++)
    apart += Math.abs(sum(({ stated, happened }) => (stated[bin] ?? 0) - (happened[bin] ?? 0)))
  return {
    count,
    brier: sum(({ brier }) => brier) / count,
    logLoss: sum(({ nats }) => nats) / count,
    calibrationError: apart / count,
    baseBrier: sum(({ baseBrier }) => baseBrier) / count,
    baseLogLoss: sum(({ baseNats }) => baseNats) / count,
  }
}
