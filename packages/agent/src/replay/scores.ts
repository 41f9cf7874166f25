/** How good the forecasts of calls were. */

import { brierScore, type Forecast, logLoss } from '@salp/core'

/** Lower is better in both. */
export interface ForecastScore {
  /** Mean squared error. Range [0, 1]. */
  readonly brier: number
  /** Mean −ln of the chance given to what happened, in nats. Range [0, 13.9]: a chance counts as 10⁻⁶ at least. */
  readonly logLoss: number
}

/** Scores forecasts; nothing can be said of none. */
export function scoreForecasts(forecasts: readonly Forecast[]): ForecastScore | undefined {
  return forecasts.length === 0 ? undefined : { brier: brierScore(forecasts), logLoss: logLoss(forecasts) }
}

/** Scores the forecast that every call works as often as all of them did: known only in hindsight. */
export function scoreBaseRate(forecasts: readonly Forecast[]): ForecastScore | undefined {
  const probability = forecasts.filter(({ happened }) => happened).length / forecasts.length
  return scoreForecasts(forecasts.map(({ happened }) => ({ probability, happened })))
}
