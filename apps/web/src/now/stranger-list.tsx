/** What other agents bought here: their questions, and what they were answered. */

import type { StrangerTask } from '@salp/agent'
import { formatAgo, formatMoment } from '../format/time.js'

const states: Readonly<Record<StrangerTask['state'], string>> = {
  working: 'is being done',
  'input-required': 'not paid for',
  completed: 'done and paid',
  failed: 'failed',
  canceled: 'called off',
  rejected: 'refused',
}

/** Lists the newest; nothing where nobody came. */
export function StrangerList({ tasks }: { tasks: readonly StrangerTask[] }) {
  if (tasks.length === 0) return null
  return (
    <section className="now-section" aria-label="Tasks of strangers">
      <h2>Tasks of strangers</h2>
      <p className="muted">Bought by other agents. They reach nothing of yours.</p>
      <ul className="strangers">
        {tasks.map(({ id, text, state, detail, answer, createdAt }) => (
          <li key={id}>
            <details>
              <summary>
                <span className="stranger-text">{text}</span>
                <span className="activity-facts">
                  {states[state]} ·{' '}
                  <time dateTime={new Date(createdAt).toISOString()} title={formatMoment(createdAt)}>
                    {formatAgo(createdAt, Date.now())}
                  </time>
                </span>
              </summary>
              {detail !== undefined && <p className="muted">{detail}</p>}
              {answer !== undefined && <p className="stranger-answer">{answer}</p>}
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
