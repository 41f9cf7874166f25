/** What may be spent without a person, and how much of today's is left. */

import type { PolicyView } from '@salp/gateway'
import { formatUnits, shareOf } from '../money/amount.js'
import { AddressText } from '../money/money-parts.js'

/** Shows the limits of each token. */
export function Limits({
  policies,
  explorerUrl,
}: {
  policies: readonly PolicyView[]
  explorerUrl: string | undefined
}) {
  if (policies.length === 0)
    return <p className="money-empty">No token has limits, and without limits nothing is spent.</p>
  return (
    <ul className="limits">
      {policies.map((policy) => (
        <li key={policy.asset}>
          <TodayMeter policy={policy} />
          <dl className="facts">
            <Fact name="One payment" units={policy.ceiling} symbol={policy.symbol} />
            {/^[0.]*$/.test(policy.askAbove) ? (
              <div>
                <dt>Asks you</dt>
                <dd>each time</dd>
              </div>
            ) : (
              <Fact name="Asks you above" units={policy.askAbove} symbol={policy.symbol} />
            )}
            <Fact name="One payee, a day" units={policy.perPayeeDay} symbol={policy.symbol} />
            <Fact name="One task, in all" units={policy.perTask} symbol={policy.symbol} />
            <div>
              <dt>Payees</dt>
              <dd>
                {policy.payees === 'any'
                  ? 'Anyone'
                  : policy.payees.length === 0
                    ? 'Nobody'
                    : policy.payees.map((payee, index) => (
                        <span key={payee}>
                          {index > 0 && ', '}
                          <AddressText address={payee} explorerUrl={explorerUrl} />
                        </span>
                      ))}
              </dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  )
}

function TodayMeter({ policy: { symbol, leftToday, perDay } }: { policy: PolicyView }) {
  const left = shareOf(leftToday, perDay)
  const words = `${formatUnits(leftToday)} of ${formatUnits(perDay)} left today`
  return (
    <div className={left < 0.15 ? 'limit-today limit-low' : 'limit-today'}>
      <span className="limit-symbol">{symbol}</span>
      <span className="number">{words}</span>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element takes no colours of ours */}
      <span
        className="limit-track"
        role="meter"
        aria-label={`${symbol} left today`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(left * 100)}
        aria-valuetext={words}
      >
        <span className="limit-fill" style={{ width: `${left * 100}%` }} />
      </span>
    </div>
  )
}

function Fact({ name, units, symbol }: { name: string; units: string; symbol: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="number">
        {formatUnits(units)} {symbol}
      </dd>
    </div>
  )
}
