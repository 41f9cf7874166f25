/** What was written without the node, and waits to be sent. */

import { useOutbox, useStudio } from '../api/studio.js'
import { useAttempt, useNotice } from '../design/notices.js'
import { openSession } from '../sessions/route.js'
import type { WaitingMessage } from './kept.js'

/** Lists the messages of all conversations, or of one; `onWithdrawn` takes the words back. */
export function WaitingList({ sessionId, onWithdrawn }: { sessionId?: string; onWithdrawn?: (text: string) => void }) {
  const all = useOutbox()
  const messages = sessionId === undefined ? all : all.filter((message) => message.sessionId === sessionId)
  if (messages.length === 0) return null
  return (
    <section className="waiting-list" aria-label="Waits to be sent">
      <h2>{messages.some(({ state }) => state !== 'refused') ? 'Waits to be sent' : 'Was not taken'}</h2>
      <ul>
        {messages.map((message) => (
          <WaitingRow
            key={message.id}
            message={message}
            withPlace={sessionId === undefined}
            onWithdrawn={onWithdrawn}
          />
        ))}
      </ul>
    </section>
  )
}

const states: Readonly<Record<WaitingMessage['state'], string>> = {
  waiting: 'Sent when Salp is back',
  sending: 'Sending',
  refused: 'Not taken',
}

function WaitingRow({
  message: { id, text, state, reason, sessionId },
  withPlace,
  onWithdrawn,
}: {
  message: WaitingMessage
  withPlace: boolean
  onWithdrawn: ((text: string) => void) | undefined
}) {
  const { outbox } = useStudio()
  const attempt = useAttempt()
  const notice = useNotice()
  return (
    <li className={`waiting waiting-${state}`}>
      <p className="waiting-text">{text}</p>
      <p className="waiting-foot">
        <span role="status">{reason === undefined ? states[state] : `${states[state]}: ${reason}`}</span>
        {withPlace && (
          <button type="button" className="button-quiet button-small" onClick={() => openSession(sessionId)}>
            Open
          </button>
        )}
        <button
          type="button"
          className="button button-small"
          aria-label={`Withdraw: ${text.slice(0, 60)}`}
          disabled={state === 'sending'}
          onClick={() =>
            attempt('withdraw the message', async () => {
              const taken = await outbox.withdraw(id)
              if (taken === undefined) notice('It was sent meanwhile')
              else onWithdrawn?.(taken.text)
            })
          }
        >
          Withdraw
        </button>
      </p>
    </li>
  )
}
