/** The regime on the scale it is chosen from: how much the agent doubts. */

import type { SubstrateState } from '@salp/cognition'

type Regime = SubstrateState['regime']['name']

const ladder: readonly { name: Regime; from: number; to: number; meaning: string }[] = [
  {
    name: 'exploit',
    from: 0,
    to: 0.15,
    meaning: 'Things go as forecast: do what is known to work, with little spent.',
  },
  { name: 'balanced', from: 0.15, to: 0.35, meaning: 'Ordinary work: known ways first, some room to try.' },
  {
    name: 'explore',
    from: 0.35,
    to: 0.6,
    meaning: 'Forecasts miss: a more capable model, more context, other ways tried.',
  },
  { name: 'conservative', from: 0.6, to: 1, meaning: 'Much goes wrong: fewer calls, strict checks, more asking.' },
]

/** Shows the regime, why it holds, and how near the next one is. */
export function RegimeScale({
  regime: { name, why, doubt },
  bare = false,
}: Pick<SubstrateState, 'regime'> & {
  /** Leaves out the heading and the figures, where the place has them. */
  bare?: boolean
}) {
  const meaning = ladder.find((rung) => rung.name === name)?.meaning
  return (
    <section aria-label="Regime now" className="regime">
      {!bare && <h2>Regime</h2>}
      <p className="regime-name">{name}</p>
      <p>{meaning}</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element has no named stretches */}
      <div
        className="regime-scale"
        role="meter"
        aria-label="Doubt"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={doubt}
        aria-valuetext={`${doubt.toFixed(2)}: ${name}`}
      >
        {ladder.map(({ name: rung, from, to }) => (
          <span key={rung} className={rung === name ? 'rung rung-current' : 'rung'} style={{ flexGrow: to - from }} />
        ))}
        <span className="regime-mark" style={{ left: `${doubt * 100}%` }} />
      </div>
      <p className="regime-ends" aria-hidden="true">
        <span>certain</span>
        {!bare && <span>doubt {doubt.toFixed(2)}</span>}
        <span>lost</span>
      </p>
      {!bare && <p className="muted">{why}</p>}
    </section>
  )
}
