/** What a turn may use, and what it used. */

import type { BudgetReport } from '@salp/cognition'
import { formatCount } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'

const budgetText: Record<BudgetReport['budget'], { name: string; format: (amount: number) => string }> = {
  calls: { name: 'Tool calls', format: String },
  tokens: { name: 'Tokens', format: formatCount },
  cost: { name: 'Cost', format: (costUsd) => `$${costUsd.toFixed(2)}` },
  time: { name: 'Time', format: formatDuration },
}

/** Draws each budget. */
export function Budgets({ budgets }: { budgets: readonly BudgetReport[] }) {
  return (
    <div className="budgets">
      {budgets.map(({ budget, limit, used, left }) => {
        const { name, format } = budgetText[budget]
        return (
          <div key={budget} className={left < 0.15 ? 'budget budget-low' : 'budget'}>
            <span>{name}</span>
            <span className="budget-track" aria-hidden="true">
              <span className="budget-fill" style={{ width: `${(1 - left) * 100}%` }} />
            </span>
            <span className="number">
              {format(used)} of {format(limit)}
            </span>
          </div>
        )
      })}
    </div>
  )
}
