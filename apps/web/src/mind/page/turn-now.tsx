/** The turns that run: what is left of their budgets, and how the next step is to be done. */

import type { TurnReport } from '@salp/cognition'
import { Budgets } from '../budgets.js'
import { Figure } from './explained.js'
import { percent } from './percent.js'

/** Shows each running turn. */
export function TurnNow({ turns }: { turns: readonly TurnReport[] }) {
  if (turns.length === 0)
    return <p className="muted">No turn runs. Each one gets budgets of its own, and is steered step by step.</p>
  return turns.map(({ turnId, budgets, controls }) => (
    <div key={turnId} className="turn-now">
      <Budgets budgets={budgets} />
      <dl className="figures">
        <Figure of="tier">{controls.tier}</Figure>
        <Figure of="toolBudget">{String(controls.toolBudget)}</Figure>
        <Figure of="context">{percent(controls.contextFraction)}</Figure>
        <Figure of="retrieval">{String(controls.retrievalLimit)}</Figure>
        <Figure of="exploration">{percent(controls.exploration)}</Figure>
        <Figure of="patience">{`× ${controls.timeoutFactor.toFixed(2)}`}</Figure>
        <Figure of="verification">{controls.verification}</Figure>
        <Figure of="approval">{controls.approvalShift === 1 ? 'every write' : 'as ruled'}</Figure>
        <Figure of="ask">{controls.askHuman ? 'yes' : 'no'}</Figure>
      </dl>
      {controls.stop && <p className="turn-stop">Ends: {controls.stop.reason}</p>}
    </div>
  ))
}
